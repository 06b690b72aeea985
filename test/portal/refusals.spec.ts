import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { createMigratedDatabase } from '../support/migrated-database.js';
import { AccountGuard, tenant, values } from '../host/support/app.js';
import { startPageHost } from './support/page-host.js';

const host = { guards: [AccountGuard], tenant };
const { NODE_ENV } = process.env;

afterEach(() => {
  process.env.NODE_ENV = NODE_ENV;
});

const forRoot = (structure: object) => () => WebhooksModule.forRoot({ ...values, ...structure });

/** Closes the host if it starts after all, so that the failing test ends. */
const startAndStop = (...input: Parameters<typeof startPageHost>): Promise<void> =>
  startPageHost(...input).then((started) => started.close());

describe('The module does not start with', () => {
  it.each<[string, object, string]>([
    [
      'a page without access',
      { ...host, portal: {} },
      'portal.access must be "host" (your guards let visitors in)',
    ],
    [
      'an unknown access',
      { ...host, portal: { access: 'open' } },
      'or "both": the page is never open to everybody',
    ],
    ['portal: true', { ...host, portal: true }, 'portal must be an object, not a boolean'],
    ['an unknown field', { ...host, portal: { access: 'host', acess: 1 } }, 'Did you mean "portal.access"?'],
    [
      'an unknown field of a group',
      { portal: { access: 'session', show: { body: true } } },
      'Unknown option "portal.show.body"',
    ],
    [
      'a worker that serves the page',
      { role: 'worker', portal: { access: 'session' } },
      'role: "worker" has no routes',
    ],
    ['access: "host" without guards', { portal: { access: 'host' } }, 'portal.guards is missing'],
    [
      'no tenant',
      { portal: { access: 'host', guards: [AccountGuard] } },
      'tenant is missing: with access: "host"',
    ],
    [
      'an APP_GUARD in addition to sessions',
      { guards: 'global', tenant, portal: { access: 'both' } },
      'access: "both" needs a list of guards',
    ],
    [
      'a script as a link',
      { portal: { access: 'session', returnUrl: 'javascript:alert(1)' } },
      'portal.returnUrl must be a path',
    ],
    [
      'a logo from another site',
      { portal: { access: 'session', brand: { logoUrl: 'https://cdn.example/x' } } },
      'portal.brand.logoUrl must be',
    ],
    [
      'a short secret',
      { portal: { access: 'session', secret: 'short' } },
      'portal.secret must be a secret of at least 32',
    ],
    [
      'a semicolon in a frame ancestor',
      { portal: { access: 'session', frameAncestors: ['https://a.example; x'] } },
      'portal.frameAncestors[0] must be',
    ],
  ])('%s', (_, structure, problem) => {
    expect(forRoot(structure)).toThrow(problem);
  });

  it('an open page in production, even if the routes may be open', () => {
    const open = { tenant, allowUnauthenticated: true, portal: { access: 'host' } };
    expect(forRoot(open)).not.toThrow();
    process.env.NODE_ENV = 'production';
    expect(forRoot(open)).toThrow('allowUnauthenticated does not open the page in production');
    expect(forRoot({ ...open, portal: false })).not.toThrow();
  });

  it('sessions without an encryption key, unless portal.secret is set', async () => {
    const database = await createMigratedDatabase();
    const options = { encryption: undefined, security: { allowPlaintextSecrets: true } };
    const settings = { database, options, logger: false } as const;
    await expect(startAndStop({ access: 'session' }, settings)).rejects.toThrow(
      'session tokens of the webhooks page need a key',
    );
    const page = await startPageHost({ access: 'session', secret: 'x'.repeat(32) }, settings);
    await page.call('get', '/api/session', page.session()).expect(200);
    await page.close();
    await database.drop();
  });

  it('guards that let everybody in, in production', async () => {
    process.env.NODE_ENV = 'production';
    const database = await createMigratedDatabase();
    class Open {
      canActivate(): boolean {
        return true;
      }
    }
    const options = { allowUnauthenticated: true, guards: [Open], tenant: () => 'a' };
    await expect(startAndStop({ access: 'host' }, { database, options, logger: false })).rejects.toThrow(
      'The guards of the webhooks page let in a request without credentials',
    );
    await database.drop();
  });
});
