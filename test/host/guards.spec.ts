import {
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  type LoggerService,
  Module,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import request from 'supertest';
import { DataSource } from 'typeorm';
import type { TenantProvider } from '../../libs/webhooks/src/config/structure-options.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { type AccountRequest, as, dataSource, shape, startApp, tenant, values } from './support/app.js';

/** What the host's guards and tenant providers depend on. */
@Injectable()
class Keys {
  private readonly accounts = new Map([['key-of-a', 'a']]);

  accountOf(key: string | undefined): string | undefined {
    return this.accounts.get(key ?? '');
  }
}

@Module({ providers: [Keys], exports: [Keys] })
class KeysModule {}

@Injectable()
class KeyGuard implements CanActivate {
  constructor(private readonly keys: Keys) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<AccountRequest>();
    return this.keys.accountOf(headers['x-account']) !== undefined;
  }
}

@Injectable()
class KeyTenant implements TenantProvider {
  constructor(private readonly keys: Keys) {}

  resolve = (call: unknown): string => this.keys.accountOf((call as AccountRequest).headers['x-account'])!;
}

/** Refuses every request. */
class Closed implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

let database: TestDatabase;
let app: INestApplication;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
afterEach(() => app.close());

const start = async (
  structure: Parameters<typeof WebhooksModule.forRoot>[0],
  ...others: Parameters<typeof startApp>[0]
) =>
  (app = await startApp(
    [dataSource(database.url), WebhooksModule.forRoot({ ...values, role: 'api', ...structure }), ...others],
    {
      logger: log,
    },
  ));

const warnings: string[] = [];
const log: LoggerService = {
  log: () => undefined,
  error: () => undefined,
  warn: (message: unknown) => void warnings.push(String(message)),
};
beforeEach(() => void (warnings.length = 0));

describe('Guards', () => {
  it('and the tenant get their dependencies from `imports`', async () => {
    await start({ imports: [KeysModule], guards: [KeyGuard], tenant: KeyTenant });
    await as(app, 'key-of-a').get('/webhooks').expect(200);
    await as(app, 'key-of-b').get('/webhooks').expect(403);
    const { body } = await as(app, 'key-of-a')
      .post('/webhooks', { url: 'https://example.com/hooks', events: ['*'] })
      .expect(201);
    const webhooks = app.get<WebhooksService>(WebhooksService);
    expect((await webhooks.endpoints.get('a', body.id)).id).toBe(body.id);
    await webhooks.endpoints.delete('a', body.id);
  });

  it('may be instances, and all of them must let the request in', async () => {
    await start({ imports: [KeysModule], guards: [KeyGuard, new Closed()], tenant });
    await as(app, 'key-of-a').get('/webhooks').expect(403);
  });

  it("are the host's global ones if the option is 'global'", async () => {
    @Module({ imports: [KeysModule], providers: [{ provide: APP_GUARD, useClass: KeyGuard }] })
    class GuardModule {}
    await start({ guards: 'global', tenant }, GuardModule);
    await as(app, 'key-of-a').get('/webhooks').expect(200);
    await as(app, 'key-of-b').get('/webhooks').expect(403);
    expect(warnings).toEqual([]);
  });

  it('of one module do not reach the routes of another module', async () => {
    const other = await createDatabase();
    await start(
      { imports: [KeysModule], guards: [KeyGuard], tenant, path: 'one' },
      dataSource(other.url, { name: 'other' }),
      WebhooksModule.forRoot({ ...shape, ...values, dataSource: 'other', path: 'two' }),
    );
    await as(app, 'key-of-b').get('/one').expect(403);
    await as(app, 'key-of-b').get('/two').expect(200);
    await app.close();
    await other.drop();
    await start(shape);
  });
});

describe('Without guards', () => {
  it('there are no routes', async () => {
    await start({});
    await as(app, 'a').get('/webhooks').expect(404);
    await as(app, 'a').post('/webhooks').expect(404);
  });

  it('there are routes if allowUnauthenticated is true, with a warning at each start', async () => {
    await start({ allowUnauthenticated: true, tenant: () => 'everybody' });
    await request(app.getHttpServer()).get('/webhooks').expect(200);
    expect(warnings).toEqual([expect.stringMatching(/have no guards \(allowUnauthenticated\)/)]);
  });
});

describe('The role', () => {
  const publish = () =>
    app
      .get(DataSource)
      .transaction((tx) =>
        app
          .get<WebhooksService>(WebhooksService)
          .publish(tx, { type: 'webhook.test', tenantId: 'nobody', data: { message: 'hello' } } as never),
      );
  const due = async () => (await app.get<WebhooksService>(WebhooksService).stats()).unrelayed;

  it('worker has no routes, but publishes and relays', async () => {
    await start({ ...shape, role: 'worker' });
    await as(app, 'a').get('/webhooks').expect(404);
    await publish();
    await until(async () => (await due()) === 0);
  });

  it('api has routes and publishes, but relays nothing by itself', async () => {
    await start({ ...shape, role: 'api' });
    await as(app, 'a').get('/webhooks').expect(200);
    await publish();
    expect(await due()).toBe(1);
    expect(await app.get(WebhooksService).runOnce()).toMatchObject({ relayed: 1 });
  });

  it('all, the default, has routes, publishes and relays', async () => {
    await start({ ...shape, role: undefined });
    await as(app, 'a').get('/webhooks').expect(200);
    await publish();
    await until(async () => (await due()) === 0);
  });
});

/** Checks `condition` again and again until it is true. If it never becomes true, the test fails at its time limit. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
