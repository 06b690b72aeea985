import request from 'supertest';
import type { AuditEntry } from '../../libs/webhooks/src/observability/audit.js';
import { SessionIssuer } from '../../libs/webhooks/src/portal/sessions/session-issuer.js';
import { createSessionKeys } from '../../libs/webhooks/src/portal/sessions/session-keys.js';
import { bearer, type PageHost, startPageHost } from './support/page-host.js';

const PLACE = '\0webhooks-portal';
const [current, previous, removed] = ['ab', 'cd', 'ef'].map((hex, index) => ({
  id: `k${index}`,
  key: hex.repeat(32),
}));
const ann = { tenantId: 'a', actor: 'ann' };

/** Issues sessions as another process with this key does. Another `place` stands for another page. */
const issuerOf = (key: typeof current, place = PLACE): SessionIssuer =>
  new SessionIssuer(
    createSessionKeys({}, { encryption: { current: key!, previous: [], acceptPlaintext: false } }, place),
  );

const changed = (token: string, part: number, change: (text: string) => string): string =>
  token
    .split('.')
    .map((text, index) => (index === part ? change(text) : text))
    .join('.');

const withTenant = (payload: string, tenant: string): string => {
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return Buffer.from(JSON.stringify({ ...claims, t: tenant })).toString('base64url');
};

let host: PageHost;
let audit: AuditEntry[];

beforeAll(async () => {
  const encryption = { current: current!, previous: [previous!] };
  host = await startPageHost({ access: 'session' }, { options: { encryption } });
  host.webhooks.audit.onAudit((entry) => audit.push(entry));
});
beforeEach(() => {
  audit = [];
});
afterAll(() => host.close());

const issuer = (): SessionIssuer => host.app.get(SessionIssuer, { strict: false });

describe('The page answers', () => {
  const hoursAgo = (hours: number): number => Date.now() - hours * 3_600_000;

  it.each<[string, () => string | null, number, string | undefined]>([
    ['a session', () => issuer().issue(ann).token, 200, undefined],
    ['a session made with the previous key', () => issuerOf(previous).issue(ann).token, 200, undefined],
    ['no token', () => null, 401, 'unauthenticated'],
    ['a session that has ended', () => issuer().issue(ann, hoursAgo(2)).token, 401, 'session_expired'],
    ['a session made with a removed key', () => issuerOf(removed).issue(ann).token, 401, 'unauthenticated'],
    [
      'a session of another page with the same keys',
      () => issuerOf(current, '\0staff/webhooks').issue(ann).token,
      401,
      'unauthenticated',
    ],
    [
      'a session with another tenant in its payload',
      () => changed(issuer().issue(ann).token, 2, (payload) => withTenant(payload, 'b')),
      401,
      'unauthenticated',
    ],
    [
      'a session with the id of another configured key',
      () => changed(issuer().issue(ann).token, 1, () => previous!.id),
      401,
      'unauthenticated',
    ],
    [
      'a shortened signature',
      () => changed(issuer().issue(ann).token, 3, (mac) => mac.slice(0, -1)),
      401,
      'unauthenticated',
    ],
    ['no signature', () => changed(issuer().issue(ann).token, 3, () => ''), 401, 'unauthenticated'],
    [
      'an unknown version',
      () => changed(issuer().issue(ann).token, 0, () => 'whps2'),
      401,
      'unauthenticated',
    ],
    ['a token of the host itself', () => 'eyJhbGciOiJub25lIn0.e30.', 401, 'unauthenticated'],
    ['a very long token', () => `whps1.k0.${'A'.repeat(7_000)}.${'A'.repeat(43)}`, 401, 'unauthenticated'],
  ])('%s with the right status', async (_, make, status, code) => {
    const token = make();
    for (const path of ['/api/session', '/api/webhooks', '/api/figures', '/api/operator/failing']) {
      const { body } = await host
        .call('get', path, token === null ? {} : bearer(token))
        .expect(path.endsWith('failing') && status === 200 ? 403 : status);
      if (code !== undefined) expect(body.code).toBe(code);
    }
  });

  it('a session, but the routes of the REST API refuse it', async () => {
    await host.as('a').get('/webhooks').expect(200);
    const { token } = issuer().issue(ann);
    await request(host.app.getHttpServer()).get('/webhooks').set(bearer(token)).expect(401);
  });
});

describe('A session', () => {
  it('belongs to its tenant, and its actor is in the audit', async () => {
    const session = host.webhooks.portal.createSession(ann);
    const { token, url, expiresAt, scopes } = session;
    expect(url).toBe(`/webhooks-portal#session=${token}`);
    const own = bearer(token);
    const { body: shown } = await host.call('get', '/api/session', own).expect(200);
    expect(shown).toMatchObject({ mode: 'session', ...ann, scopes, expiresAt, profile: 'standard' });
    expect(scopes).toEqual(['read', 'write', 'retry', 'reveal', 'rotate']);
    const { body: created } = await host
      .call('post', '/api/webhooks', own)
      .send({ url: 'https://example.com/hooks', events: ['*'] })
      .expect(201);
    await host.call('get', `/api/webhooks/${created.id}/secret`, own).expect(200);
    expect(audit).toMatchObject([
      { action: 'endpoint.created', ...ann },
      { action: 'endpoint.secret_revealed', ...ann },
    ]);
    const { body: list } = await host.call('get', '/api/webhooks', own).expect(200);
    expect(list.data).toMatchObject([{ id: created.id }]);
    const other = host.session('b');
    for (const path of ['', '/secret', '/stats', '/deliveries'])
      await host.call('get', `/api/webhooks/${created.id}${path}`, other).expect(404);
    expect((await host.call('get', '/api/figures', other).expect(200)).body.data).toEqual([]);
  });

  it('of an operator without a tenant opens only the routes for operators', async () => {
    const { token } = host.webhooks.portal.createSession({ actor: 'olga', scopes: ['operator'] });
    const { body } = await host.call('get', '/api/session', bearer(token)).expect(200);
    expect(body).toMatchObject({ tenantId: null, actor: 'olga', scopes: ['operator'] });
    await host.call('get', '/api/operator/failing', bearer(token)).expect(200);
    await host.call('get', '/api/webhooks', bearer(token)).expect(403);
    const target = { tenantId: 'a' };
    await host.call('post', '/api/operator/pause', bearer(token)).send(target).expect(200);
    await host.call('post', '/api/operator/resume', bearer(token)).send(target).expect(200);
    expect(audit).toMatchObject([
      { action: 'operator.paused', actor: 'olga' },
      { action: 'operator.resumed', actor: 'olga' },
    ]);
  });

  it.each([
    ['no tenant', { actor: 'ann' }, 'The tenant must be a string'],
    [
      'no tenant, and scopes other than operator',
      { actor: 'ann', scopes: ['operator', 'read'] },
      'The tenant must',
    ],
    ['no actor', { tenantId: 'a' }, 'createSession: actor must be'],
    ['no scopes', { ...ann, scopes: [] }, 'createSession: scopes must be a list of read, write'],
    ['an unknown scope', { ...ann, scopes: ['admin'] }, 'createSession: scopes must be a list of'],
    ['a lifetime of a day', { ...ann, ttlMs: 24 * 3_600_000 }, 'createSession: ttlMs must be a whole number'],
    ['no input', undefined, 'createSession: actor must be'],
  ])('with %s cannot be made', (_, input, problem) => {
    expect(() => host.webhooks.portal.createSession(input as never)).toThrow(problem);
  });
});
