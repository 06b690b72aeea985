import request from 'supertest';
import { mysmsgate } from '../../libs/webhooks/src/profiles/dialects/mysmsgate.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

let host: WebhooksHost;

beforeAll(async () => {
  host = await startHost({
    options: {
      portal: { access: 'session', returnUrl: 'https://app.example.com/login', brand: { name: 'Acme' } },
      profiles: [mysmsgate({ signature: { header: 'X-Acme-Signature', prefix: 'sha256=' } })],
      eventTypes: [{ name: 'order.paid', description: 'An order was paid.', example: {} }],
    },
  });
});
afterAll(() => host.close());

const session = (token: string): request.Test =>
  request(host.app.getHttpServer())
    .get('/webhooks-portal/api/session')
    .set('authorization', `Bearer ${token}`);

describe('The session of the page', () => {
  it('returns what a webhook of each profile may have, and how its requests are signed', async () => {
    const { token } = host.webhooks.portal.createSession({ tenantId: 'a', actor: 'ann' });
    const { body } = await session(token).expect(200);
    const rules = new Map(
      (body.profiles as { name: string }[]).map((each) => [each.name, each as Record<string, unknown>]),
    );
    expect(rules.get('mysmsgate')).toMatchObject({
      title: 'MySMSGate',
      eventNames: ['incoming-sms', 'delivery-report'],
      onePerEvent: true,
      secret: { owner: 'account', required: true },
      signature: { kind: 'body', header: 'x-acme-signature', prefix: 'sha256=', encoding: 'hex' },
    });
    expect(rules.get('standard')).toMatchObject({
      eventNames: expect.arrayContaining(['message.delivered', 'order.paid']) as unknown,
      secret: { owner: 'endpoint', signsWithAll: true },
      signature: { kind: 'standard' },
    });
  });

  it('returns only the brand and where to sign in, if the token is not valid', async () => {
    const { body } = await session('over').expect(401);
    expect(body).toMatchObject({
      code: 'unauthenticated',
      returnUrl: 'https://app.example.com/login',
      loginUrl: null,
      brand: { name: 'Acme' },
    });
    expect(Object.keys(body)).not.toContain('profiles');
  });
});
