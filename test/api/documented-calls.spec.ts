import express, { type Request } from 'express';
import { ExpressAdapter } from '@nestjs/platform-express';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { itForAll } from '../support/it-for-all.js';

const options = { compat: ['mobile-text-alerts' as const] };

/** Everything that a parser of forms changes or loses: `%XX`, `+`, `&`, `=`, brackets, characters beyond ASCII. */
const registration = {
  event: 'delivery-status',
  url: 'https://www.example.com/a%2Fb+c?x=1%262&y=%2B+z',
  secret: 'abc%41123+d e&f=g[h]%zz=é',
  alertEmail: 'ops+sms@example.com',
  skipErrorCodes: ['404', '410'],
};
const changes = { secret: 'new+%42', skipErrorCodes: ['500'], url: 'https://example.com/?a=%26+%3D' };

const FORM = 'application/x-www-form-urlencoded';
let tenants = 0;

/** Calls the platform's route as the platform's document does: the body is JSON, but the content type does not name JSON. */
async function call(
  host: WebhooksHost,
  method: string,
  path: string,
  body: object | Buffer,
  headers: Record<string, string | undefined>,
) {
  const given = { 'x-key': `account-${tenants}`, authorization: 'Bearer 89fa747a', ...headers };
  const sent = Object.entries(given).filter(([, value]) => value !== undefined) as [string, string][];
  // The body is sent as bytes, because `fetch` adds a content type to a string.
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body, null, 4));
  const answer = await fetch((await host.app.getUrl()) + path, { method, headers: sent, body: bytes });
  return { status: answer.status, body: (await answer.json()) as { message: string; data: { id: number } } };
}

/** Returns the stored fields of the account's only webhook, with the secret in clear text. `null` if it has no webhook. */
async function stored(host: WebhooksHost) {
  const tenantId = `account-${tenants}`;
  const { data } = await host.webhooks.endpoints.list(tenantId);
  if (data.length === 0) return null;
  const [{ id, url, events, alertEmail, skipErrorCodes }] = data as [(typeof data)[0]];
  const { secret } = await host.webhooks.endpoints.secret(tenantId, id);
  return { event: events[0], url, secret, alertEmail, skipErrorCodes };
}

describe.each(['express', 'fastify'] as const)(
  'Calls from the documentation of Mobile Text Alerts, on %s',
  (adapter) => {
    let host: WebhooksHost;
    beforeAll(async () => (host = await startHost({ adapter, options })));
    afterAll(() => host.close());
    beforeEach(() => void tenants++);

    itForAll([undefined, FORM, `${FORM}; charset=UTF-8`, 'text/plain;charset=UTF-8'])(
      'register and change exactly what was sent, whatever content type the client sends',
      async (type) => {
        tenants++;
        const made = await call(host, 'POST', '/v3/webhooks', registration, { 'content-type': type });
        expect([made.status, await stored(host)]).toEqual([200, registration]);
        const path = `/v3/webhooks/${made.body.data.id}`;
        const changed = await call(host, 'PATCH', path, changes, { 'content-type': type });
        expect([changed.status, await stored(host)]).toEqual([200, { ...registration, ...changes }]);
      },
    );

    itForAll([
      [FORM, undefined],
      ['text/plain', undefined],
      // Browsers add basic credentials on their own.
      [FORM, 'Basic YTpi'],
    ])(
      'without a bearer token are refused, because a page of another site can send them',
      async ([type, token]) => {
        const headers = { 'content-type': type, authorization: token };
        expect((await call(host, 'POST', '/v3/webhooks', registration, headers)).status).toBe(415);
        expect(await stored(host)).toBeNull();
      },
    );

    it('that are not JSON change nothing', async () => {
      const form = Buffer.from('event=delivery-status&url=https%3A%2F%2Fexample.com%2F&secret=abc');
      expect((await call(host, 'POST', '/v3/webhooks', form, { 'content-type': FORM })).status).toBe(400);
      expect(await stored(host)).toBeNull();
    });
  },
);

describe('Calls from the documentation of Mobile Text Alerts, if middleware has parsed them as a form before Nest,', () => {
  let host: WebhooksHost;
  /** Whether the raw bytes are kept, as the runtimes of cloud functions keep them. */
  let keepsBytes: boolean;

  beforeAll(async () => {
    const app = express();
    const verify = (request: Request & { rawBody?: Buffer }, _: unknown, bytes: Buffer) => {
      if (keepsBytes) request.rawBody = bytes;
    };
    app.use(express.urlencoded({ extended: true, verify: verify as never }));
    host = await startHost({ adapter: new ExpressAdapter(app), options });
  });
  afterAll(() => host.close());
  beforeEach(() => void tenants++);

  const post = (body: object | Buffer) => call(host, 'POST', '/v3/webhooks', body, { 'content-type': FORM });

  it('are read from the raw bytes', async () => {
    keepsBytes = true;
    expect((await post(registration)).status).toBe(200);
    expect(await stored(host)).toEqual(registration);
  });

  it('are refused if the raw bytes are not UTF-8, and nothing is stored', async () => {
    keepsBytes = true;
    const latin = Buffer.from(JSON.stringify({ ...registration, secret: 'é'.repeat(8) }), 'latin1');
    const { status, body } = await post(latin);
    expect([status, body.message]).toEqual([400, expect.stringContaining('UTF-8')]);
    expect(await stored(host)).toBeNull();
  });

  it('are refused if the raw bytes were not kept, with an error that says what to change', async () => {
    keepsBytes = false;
    const { status, body } = await post(registration);
    expect([status, body.message]).toEqual([415, expect.stringContaining('content-type: application/json')]);
    expect(await stored(host)).toBeNull();
  });
});
