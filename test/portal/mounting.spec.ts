import { createServer, request as send } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type CanActivate,
  type ExecutionContext,
  Controller,
  Get,
  type INestApplication,
  Injectable,
  Module,
  SetMetadata,
  UnauthorizedException,
  ValidationPipe,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, ModulesContainer, Reflector } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import helmet from 'helmet';
import request from 'supertest';
import type { WebhooksModuleStructure } from '../../libs/webhooks/src/config/structure-options.js';
import { createMigratedDatabase } from '../support/migrated-database.js';
import type { TestDatabase } from '../support/database.js';
import { startExpressHost } from '../express/host.js';
import { given, values } from '../host/support/app.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { bearer, type PageHost, startPageHost } from './support/page-host.js';
import { startHost } from '../support/webhooks-host.js';

// This package has no types.
const express4 = require('express4') as () => never;

const IS_PUBLIC = 'host:public';
const Public = (): ReturnType<typeof SetMetadata> => SetMetadata(IS_PUBLIC, true);

/** Protects every route that no decorator makes public. */
@Injectable()
class LoginGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const isPublic = this.reflector.getAllAndOverride(IS_PUBLIC, [context.getHandler(), context.getClass()]);
    if (!isPublic) throw new UnauthorizedException();
    return true;
  }
}

@Module({ providers: [{ provide: APP_GUARD, useClass: LoginGuard }] })
class GlobalGuardModule {}

let database: TestDatabase;

beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

/**
 * Loads the page as a browser does, and resolves the URLs of the page's script and API against the page's `<base>`. Expects
 * the API to work with `headers`, and to refuse a call without them.
 */
async function opens(server: string | object, path: string, headers: Record<string, string>): Promise<void> {
  const { text, headers: sent } = await request(server as never)
    .get(path)
    .expect(200);
  expect(sent['content-type']).toBe('text/html; charset=utf-8');
  expect(sent['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
  expect(sent['cache-control']).toBe('no-store');
  const [, base] = /<base href="([^"]*)"/.exec(text)!;
  const [, script] = /<script[^>]* src="([^"]*)"/.exec(text)!;
  const at = (relative: string): string =>
    new URL(relative, new URL(base!, `http://page.example${path}`)).pathname;
  const file = await request(server as never)
    .get(at(script!))
    .expect(200);
  expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(file.headers['content-type']).toBe('text/javascript; charset=utf-8');
  const { body } = await request(server as never)
    .get(at('api/session'))
    .set(headers)
    .expect(200);
  expect(body).toMatchObject({ tenantId: 'a' });
  await request(server as never)
    .get(at('api/session'))
    .expect(401);
  const created = await request(server as never)
    .post(at('api/webhooks'))
    .set(headers)
    .send({ url: 'https://example.com/hooks', events: ['*'] })
    .expect(201);
  await request(server as never)
    .get(at(`api/webhooks/${created.body.id}`))
    .set(headers)
    .expect(200);
  await request(server as never)
    .delete(at(`api/webhooks/${created.body.id}`))
    .set(headers)
    .expect(204);
}

describe.each(['express', 'fastify'] as const)('On %s, the page opens', (kind) => {
  let host: PageHost;
  afterEach(() => host.close());
  const start = async (
    configure: (app: INestApplication) => void,
    options: WebhooksModuleStructure = {},
    portal: object = {},
  ): Promise<void> => {
    host = await startPageHost(
      { access: 'session', ...portal },
      { adapter: kind, database, configure, options },
    );
  };
  const opensAt = (path: string): Promise<void> => opens(host.app.getHttpServer(), path, host.session());

  it('below a prefix and a URI version, with strict pipes and (on Express) Helmet, with or without a slash at the end', async () => {
    await start((app) => {
      app.setGlobalPrefix('api/v1');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
      app.useGlobalPipes(
        new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }),
      );
      if (kind !== 'fastify') app.use(helmet());
    });
    const path = '/api/v1/v2/webhooks-portal';
    await opensAt(path);
    const { url } = host.webhooks.portal.createSession({ tenantId: 'a', actor: 'ann' });
    expect(url.split('#')[0]).toBe(path);
    if (kind === 'fastify') {
      const { headers } = await request(host.app.getHttpServer()).get(`${path}/?tab=a`).expect(302);
      expect(headers.location).toBe('../webhooks-portal?tab=a');
    } else await opensAt(`${path}/`);
    await request(host.app.getHttpServer()).head(path).expect(200);
  });

  it('at a configured path, if a decorator makes the page public for an APP_GUARD', async () => {
    await start(
      () => undefined,
      { imports: [GlobalGuardModule] },
      { path: 'settings/hooks', decorators: [Public()] },
    );
    await opensAt('/settings/hooks');
    await host.as('a').get('/webhooks').expect(401);
  });
});

describe('In plain Express', () => {
  it.each([
    ['5', undefined],
    ['4', express4],
  ])('%s, the page opens with a session, or for the tenant of the request', async (_, make) => {
    const dataSource = await given(database.url);
    const options = { portal: { access: 'both', publicUrl: '/api/webhooks-portal' } } as const;
    const host = await startExpressHost({ dataSource, options, make });
    try {
      const { token, url } = host.webhooks.portal.createSession({ tenantId: 'a', actor: 'ann' });
      expect(url).toBe(`/api/webhooks-portal#session=${token}`);
      const { url: at } = host.call('get', '/api/webhooks-portal');
      const server = new URL(at).origin;
      await opens(server, '/api/webhooks-portal', bearer(token));
      await opens(server, '/api/webhooks-portal', { 'x-account': 'a' });
      await host.call('get', '/api/webhooks-portal/assets/none.js').expect(404);
    } finally {
      await host.close();
      await dataSource.destroy();
    }
  });
});

describe('The page', () => {
  let host: PageHost;
  afterEach(() => host.close());

  it('works behind a proxy that rewrites the page’s path', async () => {
    host = await startPageHost(undefined, {
      database,
      configure: (app) => void app.setGlobalPrefix('internal'),
    });
    const { port } = host.app.getHttpServer().address() as AddressInfo;
    const proxy = createServer((from, to) => {
      const path = from.url!.replace(/^\/gw\/customer\//, '/internal/');
      const { method, headers } = from;
      const onward = send({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
        to.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(to);
      });
      from.pipe(onward);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    await opens(proxy, '/gw/customer/webhooks-portal', host.session());
    proxy.close();
    proxy.closeAllConnections();
  });

  it('sends its script in an encoding that the client accepts, responds with 304 if the client has the script, and responds with 404 if no file of the page has the requested name', async () => {
    host = await startPageHost(undefined, { database });
    const { text } = await host.call('get', '').expect(200);
    const [, script] = /<script[^>]* src="([^"]*)"/.exec(text)!;
    const load = (encoding: string, headers: Record<string, string> = {}) =>
      host
        .call('get', new URL(script!, 'http://page.example').pathname, {
          'accept-encoding': encoding,
          ...headers,
        })
        .buffer(true)
        .parse((response, done) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => done(null, Buffer.concat(chunks)));
        });
    const plain = await load('identity');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.toString()).toContain('function');
    for (const [encoding, expected] of [
      ['gzip, deflate, br', 'br'],
      ['gzip;q=1.0, br;q=0', 'gzip'],
      ['*', 'br'],
    ] as const) {
      const { headers } = await load(encoding).expect(200);
      expect([headers['content-encoding'], headers.vary]).toEqual([
        expected,
        expect.stringContaining('Accept-Encoding'),
      ]);
    }
    await load('br', { 'if-none-match': plain.headers.etag! }).expect(304);
    for (const name of ['none.js', '..%2f..%2fpackage.json', '__proto__', 'constructor'])
      await host.call('get', `/assets/${name}`).expect(404);
  });

  it('may be framed by the origins in `frameAncestors`', async () => {
    host = await startPageHost(
      { access: 'session', frameAncestors: ['https://app.example.com'] },
      { database },
    );
    const { headers } = await host.call('get', '').expect(200);
    expect(headers['content-security-policy']).toMatch(/frame-ancestors 'self' https:\/\/app\.example\.com$/);
  });

  it('of a second module in the app is separate: neither page accepts sessions of the other page', async () => {
    const other = await createMigratedDatabase();
    const dataSource = await given(other.url);
    const staff = WebhooksModule.forRoot({
      ...values,
      dataSource,
      controller: false,
      role: 'api',
      portal: { access: 'session', path: 'staff/hooks' },
    });
    host = await startPageHost(undefined, { database, options: { imports: [staff] } });
    const services = [...host.app.get(ModulesContainer).values()].flatMap(({ metatype, providers }) =>
      metatype === WebhooksModule ? [providers.get(WebhooksService)!.instance as WebhooksService] : [],
    );
    const sessions = services.map(({ portal }) => portal.createSession({ tenantId: 'a', actor: 'ann' }));
    for (const path of ['webhooks-portal', 'staff/hooks']) {
      for (const { token, url } of sessions) {
        const status = url.startsWith(`/${path}#`) ? 200 : 401;
        await request(host.app.getHttpServer()).get(`/${path}/api/session`).set(bearer(token)).expect(status);
      }
    }
    await host.close();
    await dataSource.destroy();
    await other.drop();
    host = { close: () => Promise.resolve() } as PageHost;
  });

  it("is left out of the host's OpenAPI document", async () => {
    host = await startPageHost(undefined, { database });
    const { paths } = SwaggerModule.createDocument(host.app, new DocumentBuilder().build());
    expect(Object.keys(paths).filter((path) => path.includes('portal'))).toEqual([]);
  });
});

@Controller('webhooks-portal')
class OwnController {
  @Get('api/session')
  own(): string {
    return 'the host answers';
  }
}

@Module({ controllers: [OwnController] })
class OwnModule {}

describe('Without `portal`, or with `portal: false`,', () => {
  it.each([{}, { portal: false as const }])(
    'there is no route, and no session is made (%j)',
    async (options) => {
      const host = await startHost({ database, options: { ...options, imports: [OwnModule] } });
      for (const path of ['', '/assets/a.js', '/api/webhooks'])
        await host.as('a').get(`/webhooks-portal${path}`).expect(404);
      expect(() => host.webhooks.portal.createSession({ tenantId: 'a', actor: 'ann' })).toThrow(
        'createSession needs the webhooks page in this process',
      );
      await host.close();
    },
  );
});

it("With the page, the app does not start if the host has its own route at the page's path", async () => {
  await expect(
    startPageHost(undefined, { database, logger: false, options: { imports: [OwnModule] } }).then((started) =>
      started.close(),
    ),
  ).rejects.toThrow("Give the webhooks page another place: portal: { path: 'settings/webhooks' }");
});
