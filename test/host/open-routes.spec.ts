import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  Module,
  Post,
  SetMetadata,
  UnauthorizedException,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { WebhooksController } from '../../libs/webhooks/src/api/webhooks.controller.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { type AccountRequest, as, dataSource, startApp, values } from './support/app.js';

const Roles = (...roles: string[]) => SetMetadata('roles', roles);

/** As in many hosts, checks the caller only if the handler or the class has roles. */
@Injectable()
abstract class RolesGuard implements CanActivate {
  constructor(protected readonly reflector: Reflector) {}

  protected abstract rolesOf(context: ExecutionContext): string[] | undefined;

  canActivate(context: ExecutionContext): boolean {
    const roles = this.rolesOf(context);
    if (!roles) return true;
    const { headers } = context.switchToHttp().getRequest<AccountRequest>();
    if (headers['x-account'] === undefined) throw new UnauthorizedException();
    return roles.includes('customer');
  }
}

@Injectable()
class HandlerRolesGuard extends RolesGuard {
  protected rolesOf(context: ExecutionContext): string[] | undefined {
    return this.reflector.get<string[]>('roles', context.getHandler());
  }
}

@Injectable()
class ClassRolesGuard extends RolesGuard {
  protected rolesOf(context: ExecutionContext): string[] | undefined {
    return this.reflector.getAllAndOverride<string[]>('roles', [context.getHandler(), context.getClass()]);
  }
}

@Module({ providers: [{ provide: APP_GUARD, useClass: ClassRolesGuard }] })
class GlobalGuardModule {}

@Roles('customer')
@Controller('webhooks')
class CustomerWebhooks extends WebhooksController {}

const tenant = (call: AccountRequest): string => call.headers['x-account'] ?? 'everybody';
const nobody = (call: AccountRequest): string => call.headers['x-account']!;
const registration = { url: 'https://example.com/hooks', events: ['*'] };

let database: TestDatabase;
let app: INestApplication | undefined;
const warnings: string[] = [];
const log = {
  log: () => undefined,
  error: () => undefined,
  warn: (message: unknown) => void warnings.push(String(message)),
};

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(() => void (warnings.length = 0));
afterEach(async () => {
  process.env.NODE_ENV = 'test';
  await app?.close();
  app = undefined;
});

const start = async (
  structure: Parameters<typeof WebhooksModule.forRoot>[0],
  adapter: 'express' | 'fastify' = 'express',
  ...others: Parameters<typeof startApp>[0]
) =>
  (app = await startApp(
    [
      dataSource(database.url),
      WebhooksModule.forRoot({ ...values, role: 'api', guards: [HandlerRolesGuard], tenant, ...structure }),
      ...others,
    ],
    { adapter, logger: log },
  ));

const anonymously = (at: INestApplication) => ({
  get: (path: string) => as(at, '').get(path).unset('x-account'),
  post: (path: string) => as(at, '').post(path, registration).unset('x-account'),
});

/** Expects that the routes respond with 401 without credentials, and with 200 to a customer. */
async function isProtected(at: INestApplication): Promise<void> {
  await anonymously(at).post('/webhooks').expect(401);
  await anonymously(at).get('/webhooks/deliveries').expect(401);
  await as(at, 'a').get('/webhooks').expect(200);
  await as(at, 'a').get('/webhooks/account').expect(200);
}

describe('A guard that acts only on handlers with its metadata', () => {
  it.each(['express', 'fastify'] as const)('causes a warning at the start on %s', async (adapter) => {
    await start({}, adapter);
    await anonymously(app!).post('/webhooks').expect(201);
    expect(warnings).toEqual([
      expect.stringMatching(
        /let in a request without credentials .*WebhooksController\.create.*decorators: \[Roles/,
      ),
    ]);
  });

  it('stops the start in production if a request without credentials would also get a tenant', async () => {
    process.env.NODE_ENV = 'production';
    await expect(start({})).rejects.toMatchObject({
      name: 'WebhooksSetupError',
      message: expect.stringMatching(
        /without credentials.*decorators: .*The tenant of that request is "every/,
      ),
    });
    await start({ tenant: nobody });
    expect(warnings).toEqual([expect.stringMatching(/without credentials/)]);
  });

  it('protects every route if `decorators` puts its metadata on the handlers', async () => {
    await start({ decorators: [Roles('customer')] });
    await isProtected(app!);
    expect(warnings).toEqual([]);
  });

  it('also protects every route if it is global and its metadata is in `decorators` or on a subclass of the controller', async () => {
    await start({ guards: 'global', decorators: [Roles('customer')] }, 'express', GlobalGuardModule);
    await isProtected(app!);
    await app!.close();
    await start({ guards: 'global', controller: CustomerWebhooks }, 'express', GlobalGuardModule);
    await isProtected(app!);
    expect(warnings).toEqual([]);
  });

  it('is checked once for each set of metadata, because a subclass may protect only a few handlers', async () => {
    const asked: string[] = [];
    @Injectable()
    class CountingGuard extends HandlerRolesGuard {
      override canActivate(context: ExecutionContext): boolean {
        asked.push(context.getHandler().name);
        return super.canActivate(context);
      }
    }
    @Controller('webhooks')
    class HalfProtected extends WebhooksController {
      @Post()
      @Roles('customer')
      override create(...input: Parameters<WebhooksController['create']>) {
        return super.create(...input);
      }
    }
    await start({ guards: [CountingGuard], controller: HalfProtected });
    expect(warnings).toEqual([
      expect.stringMatching(
        /let in a request without credentials \(they were asked about HalfProtected\.\w+\)/,
      ),
    ]);
    expect(warnings[0]).not.toContain('HalfProtected.create');
    expect(asked).toHaveLength(2);
    expect(asked[0]).toBe('create');
  });

  it('does not protect the routes of a second module, which has no `decorators`', async () => {
    const other = await createDatabase();
    const second = { guards: [HandlerRolesGuard], tenant, dataSource: 'other', path: 'open' };
    await start(
      { decorators: [Roles('customer')] },
      'express',
      dataSource(other.url, { name: 'other' }),
      WebhooksModule.forRoot({ ...values, ...second, allowUnauthenticated: true }),
    );
    await isProtected(app!);
    await anonymously(app!).get('/open').expect(200);
    await app!.close();
    app = undefined;
    await other.drop();
  });
});

it('`forRoot()` refuses a decorator that fits neither a class nor a method', () => {
  const broken = (): never => {
    throw new TypeError('for parameters only');
  };
  expect(() => WebhooksModule.forRoot({ ...values, guards: 'global', tenant, decorators: [broken] })).toThrow(
    /decorators: one of them fits neither a class nor a method \(for parameters only\)/,
  );
});
