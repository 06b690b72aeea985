import request from 'supertest';
import { SessionIssuer } from '../../libs/webhooks/src/portal/sessions/session-issuer.js';
import type { AuditEntry } from '../../libs/webhooks/src/observability/audit.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

const body = { url: 'https://example.com/hooks', events: ['*'] };

let host: WebhooksHost;
let audit: AuditEntry[];

beforeAll(async () => {
  host = await startHost({ options: { portal: { access: 'session' } } });
  host.webhooks.audit.onAudit((entry) => audit.push(entry));
});
beforeEach(() => {
  audit = [];
});
afterAll(() => host.close());

const call = (method: 'get' | 'post' | 'patch' | 'delete', path: string, token?: string): request.Test => {
  const made = request(host.app.getHttpServer())[method](`/webhooks-portal${path}`);
  return token === undefined ? made : made.set('authorization', `Bearer ${token}`);
};

describe('A session', () => {
  it('shows and changes the webhooks of its tenant, and its actor is in the audit', async () => {
    const { token, url, expiresAt, scopes } = host.webhooks.portal.createSession({
      tenantId: 'a',
      actor: 'ann',
    });
    expect(url).toBe(`/webhooks-portal#session=${token}`);
    expect(scopes).toEqual(['read', 'write', 'retry', 'reveal', 'rotate']);
    const { body: session } = await call('get', '/api/session', token).expect(200);
    expect(session).toMatchObject({ mode: 'session', tenantId: 'a', actor: 'ann', scopes, expiresAt });
    const { body: created } = await call('post', '/api/webhooks', token).send(body).expect(201);
    expect(audit).toMatchObject([
      { action: 'endpoint.created', tenantId: 'a', actor: 'ann', endpointId: created.id },
    ]);
    const { body: list } = await call('get', '/api/webhooks', token).expect(200);
    expect(list.data).toMatchObject([{ id: created.id }]);
    const other = host.webhooks.portal.createSession({ tenantId: 'b', actor: 'ben' });
    await call('get', `/api/webhooks/${created.id}`, other.token).expect(404);
    expect((await call('get', '/api/figures', token).expect(200)).body.data).toHaveLength(1);
    await call('get', '/api/operator/failing', token).expect(403);
    const { text } = await call('get', '').expect(200);
    expect(text).toContain('<base href="./webhooks-portal/"');
    void SessionIssuer;
  });
});
