import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Global,
  Injectable,
  Module,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { PortalOptions } from '../../libs/webhooks/src/config/portal-options.js';
import type { AuditEntry } from '../../libs/webhooks/src/observability/audit.js';
import { createMigratedDatabase } from '../support/migrated-database.js';
import type { TestDatabase } from '../support/database.js';
import type { HostSettings } from '../support/webhooks-host.js';
import { type PageHost, startPageHost } from './support/page-host.js';

interface HostRequest {
  headers: Record<string, string | undefined>;
}

/** The names that the host knows. */
@Injectable()
class Logins {
  readonly names = ['ann', 'olga', 'blocked'];
}

@Global()
@Module({ providers: [Logins], exports: [Logins] })
class LoginModule {}

/** A cookie guard with a dependency. Server-rendered hosts have such guards. */
@Injectable()
class CookieGuard implements CanActivate {
  constructor(private readonly logins: Logins) {}

  canActivate(context: ExecutionContext): boolean {
    const name = nameOf(context.switchToHttp().getRequest<HostRequest>());
    if (name === 'blocked') throw new ForbiddenException('Ask your administrator');
    return this.logins.names.includes(name);
  }
}

@Module({ imports: [LoginModule], providers: [{ provide: APP_GUARD, useClass: CookieGuard }] })
class GlobalGuardModule {}

const nameOf = ({ headers }: HostRequest): string => /user=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? '';
const as = (name: string): Record<string, string> => ({ cookie: `user=${name}` });
const visitor: PortalOptions['visitor'] = (call: HostRequest) =>
  nameOf(call) === 'olga' ? { actor: 'olga', scopes: ['read', 'operator'] } : { actor: nameOf(call) };
const endpoint = { url: 'https://example.com/hooks', events: ['*'] };

let database: TestDatabase;
let host: PageHost;

const start = async (options: PortalOptions, more: HostSettings['options'] = {}): Promise<void> => {
  const tenant = (call: HostRequest): string => (nameOf(call) === 'olga' ? '' : `of-${nameOf(call)}`);
  const structure = { imports: [LoginModule], guards: [CookieGuard], tenant, ...more };
  host = await startPageHost(options, { database, options: structure, logger: false });
};

beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());
afterEach(() => host.close());

describe("Behind the host's own guards,", () => {
  it('visitors see the webhooks of their tenant, and are named in the audit', async () => {
    await start({ access: 'host', visitor, loginUrl: '/login?next={url}', returnUrl: '/' });
    const audit: AuditEntry[] = [];
    host.webhooks.audit.onAudit((entry) => audit.push(entry));
    await host.call('get', '', as('ann')).expect(200, /<base href=".\/webhooks-portal\/"/);
    const { body } = await host.call('get', '/api/session', as('ann')).expect(200);
    expect(body).toMatchObject({ mode: 'host', actor: 'ann', tenantId: 'of-ann', expiresAt: null });
    expect(body.scopes).toEqual(['read', 'write', 'retry', 'reveal', 'rotate']);
    await host.call('post', '/api/webhooks', as('ann')).send(endpoint).expect(201);
    expect(audit).toMatchObject([{ action: 'endpoint.created', tenantId: 'of-ann', actor: 'ann' }]);
    await host.call('get', '/api/operator/stats', as('ann')).expect(403);

    const { body: operator } = await host.call('get', '/api/session', as('olga')).expect(200);
    expect(operator).toMatchObject({ tenantId: null, scopes: ['read', 'operator'] });
    await host.call('get', '/api/operator/stats', as('olga')).expect(200);
    await host.call('get', '/api/webhooks', as('olga')).expect(403);

    const { headers } = await host.call('get', '?webhook=wh_1&tab=settings').expect(302);
    const next = encodeURIComponent('/webhooks-portal?webhook=wh_1&tab=settings');
    expect(headers.location).toBe(`/login?next=${next}`);
    await host.call('get', '', as('blocked')).expect(403, /Ask your administrator/);
    for (const path of ['/api/session', '/api/webhooks', '/api/figures'])
      await host.call('get', path).expect(403);
    await host.call('get', '/api/webhooks', { authorization: 'Bearer whps1.k1.e30.x' }).expect(403);
  });

  it('another site cannot change anything with the cookie', async () => {
    await start({ access: 'host' });
    const foreign = { ...as('ann'), origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const form = host
      .call('post', '/api/webhooks', foreign)
      .type('form')
      .send('url=https://evil.example/&events=*');
    await form.expect(415);
    await host.call('post', '/api/webhooks/account/rotate-secret', foreign).expect(415);
    const own = { ...as('ann'), 'sec-fetch-site': 'same-origin' };
    await host.call('post', '/api/webhooks/account/rotate-secret', own).expect(200);
  });

  it('an APP_GUARD protects the page, and visitors without a login are sent to the login page', async () => {
    const more = { imports: [GlobalGuardModule], guards: 'global' as const };
    await start({ access: 'host', loginUrl: '/login' }, more);
    expect((await host.call('get', '').expect(302)).headers.location).toBe('/login');
    await host.call('get', '/api/session', as('ann')).expect(200);
  });

  it('guards of the page replace the guards of the routes', async () => {
    class Never implements CanActivate {
      canActivate(): boolean {
        return false;
      }
    }
    await start({ access: 'host', guards: [CookieGuard] }, { guards: [Never] });
    await host.call('get', '/api/session', as('ann')).expect(200);
    await host.as('ann').get('/webhooks').expect(403);
  });
});

it('With `access: both`, a session is used instead of the login, and an invalid session does not fall back to the login', async () => {
  await start({ access: 'both', visitor });
  await host.call('get', '').expect(200);
  await host.call('get', '/api/session').expect(403);
  await host.call('get', '/api/session', as('ann')).expect(200, /"mode":"host"/);
  const { body } = await host.call('get', '/api/session', host.session('t')).expect(200);
  expect(body).toMatchObject({ mode: 'session', tenantId: 't' });
  await host
    .call('get', '/api/session', { ...as('ann'), authorization: 'Bearer whps1.k1.e30.x' })
    .expect(401);
});

it('A visitor function that names nobody gives no rights', async () => {
  await start({ access: 'host', visitor: () => undefined as never });
  await host.call('get', '/api/session', as('ann')).expect(200, /"scopes":\[\]/);
  await host.call('get', '/api/webhooks', as('ann')).expect(403, /scope_missing/);
});
