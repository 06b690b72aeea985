import { WebhookDeliveries } from '../../libs/webhooks/src/deliveries/deliveries.service.js';
import { WebhookOperator } from '../../libs/webhooks/src/operator/operator.service.js';
import { newUuid } from '../../libs/webhooks/src/core/ids.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { itForAll } from '../support/it-for-all.js';

const URL = 'https://example.com/hooks';
const standard = { url: URL, events: ['message.delivered'] };

let host: WebhooksHost;
let tenants = 0;

const operator = () => host.app.get(WebhookOperator);

/** An account that nobody has used yet. */
const newAccount = () => host.as(`account-${++tenants}`);

beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());

describe.each(['express', 'fastify'] as const)('Registration over REST on %s', (adapter) => {
  let served: WebhooksHost;
  beforeAll(async () => {
    served = await startHost({ adapter });
  });
  afterAll(() => served.close());

  it('registers a URL, returns its secret, and shows the secret again only at the route for secrets', async () => {
    const a = served.as('a');
    const created = await a.post('/webhooks', { url: URL, events: ['message.*'] }).expect(201);
    expect(created.body).toMatchObject({
      id: expect.stringMatching(/^wh_[0-9A-HJKMNP-TV-Z]{26}$/),
      publicNo: expect.any(Number),
      url: URL,
      events: ['message.*'],
      profile: 'standard',
      state: 'active',
      secret: expect.stringMatching(/^whsec_/),
    });
    const { secret, ...endpoint } = created.body;
    const got = await a.get(`/webhooks/${endpoint.id}`).expect(200);
    expect(got.body).toEqual(endpoint);
    const list = await a.get('/webhooks').expect(200);
    expect(list.body).toEqual({ data: [endpoint], nextCursor: null });
    const revealed = await a.get(`/webhooks/${endpoint.id}/secret`).expect(200);
    expect(revealed.body).toEqual({ secret });
    expect(revealed.headers['cache-control']).toBe('no-store');
  });

  it('changes the fields of a PATCH and no others, and refuses to change the profile', async () => {
    const a = served.as('b');
    const { body: before } = await a.post('/webhooks', { ...standard, description: 'mine', timeoutMs: 2000 });
    const changed = await a
      .patch(`/webhooks/${before.id}`, { description: null, maxInFlight: 3 })
      .expect(200);
    expect(changed.body).toMatchObject({ url: URL, description: null, timeoutMs: 2000, maxInFlight: 3 });
    const refused = await a.patch(`/webhooks/${before.id}`, { profile: 'msgine' }).expect(400);
    expect(refused.body.details).toEqual([
      expect.objectContaining({ field: 'profile', code: 'unknown_field' }),
    ]);
  });

  it('pauses, resumes and deletes', async () => {
    const a = served.as('c');
    const { body } = await a.post('/webhooks', standard);
    expect((await a.post(`/webhooks/${body.id}/pause`).expect(200)).body.state).toBe('paused');
    expect((await a.post(`/webhooks/${body.id}/resume`).expect(200)).body.state).toBe('active');
    const deleted = await a.delete(`/webhooks/${body.id}`).expect(204);
    expect(deleted.text).toBe('');
    await a.get(`/webhooks/${body.id}`).expect(404);
    expect((await a.get('/webhooks')).body.data).toEqual([]);
  });

  it('shows the catalogue with examples, schemas and the names of each profile', async () => {
    const { body } = await served.as('d').get('/webhooks/event-types').expect(200);
    const delivered = body.data.find(({ name }: { name: string }) => name === 'message.delivered');
    expect(delivered).toMatchObject({
      example: { message: expect.any(Object) },
      schema: { type: 'object' },
      names: { standard: ['message.delivered'], httpsms: ['message.phone.delivered'] },
    });
    expect(delivered.names).not.toHaveProperty('nobody');
  });

  it('returns errors in the shape of Nest, with a code and details', async () => {
    const { body } = await served.as('e').post('/webhooks', { events: [] }).expect(400);
    expect(body).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      code: 'invalid_request',
      message: expect.any(String),
      details: [
        { field: 'url', code: 'required', message: expect.any(String) },
        { field: 'events', code: 'required', message: expect.any(String) },
      ],
    });
  });
});

describe('Lists of endpoints', () => {
  it('are newest first, in pages that neither repeat nor miss an endpoint', async () => {
    const a = newAccount();
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.unshift((await a.post('/webhooks', standard)).body.id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: { data: { id: string }[]; nextCursor: string | null } } = await a
        .get(`/webhooks?limit=3${cursor && `&cursor=${cursor}`}`)
        .expect(200);
      expect(page.body.data.length).toBeLessThanOrEqual(3);
      seen.push(...page.body.data.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual(ids);
  });

  it('filter by state and profile', async () => {
    const a = newAccount();
    const { body: paused } = await a.post('/webhooks', { ...standard, active: false });
    const { body: active } = await a.post('/webhooks', { ...standard, profile: 'msgine', events: ['*'] });
    expect(paused.state).toBe('paused');
    const ids = async (query: string) =>
      (await a.get(`/webhooks?${query}`)).body.data.map(({ id }: { id: string }) => id);
    expect(await ids('state=paused')).toEqual([paused.id]);
    expect(await ids('profile=msgine')).toEqual([active.id]);
    expect(await ids('state=disabled')).toEqual([]);
  });
});

describe('What a profile asks of a registration', () => {
  const register = (body: object) => newAccount().post('/webhooks', { url: URL, ...body });

  itForAll([
    ['msgine', ['message.sent', 'message.failed']],
    ['msgine', ['message.*']],
    ['opensms', ['sms.delivered', 'sms.*']],
    ['mysmsgate', ['incoming-sms', 'delivery-report']],
    ['httpsms', ['message.phone.received', 'phone.*']],
    ['standard', ['*', 'message.delivered']],
    ['standard-cloudevents', ['message.delivered']],
  ])('each profile accepts its own event names', async ([profile, events]) => {
    expect((await register({ profile, events }).expect(201)).body.events).toEqual(events);
  });

  itForAll([
    ['msgine', { events: ['message.received'] }, 'events', 'unknown_event'],
    ['msgine', { events: ['phone.*'] }, 'events', 'unknown_event'],
    ['msgine', { events: ['*'], secret: 'a-secret-of-my-own-1234' }, 'secret', 'not_in_profile'],
    ['msgine', { events: ['*'], url: 'http://example.com/' }, 'url', 'https_required'],
    ['msgine', { events: ['*'], skipErrors: true }, 'skipErrors', 'not_in_profile'],
    ['msgine', { events: ['*'], phoneNumbers: ['+256701521269'] }, 'phoneNumbers', 'not_in_profile'],
    ['mysmsgate', { events: ['*'] }, 'events', 'unknown_event'],
    ['mobile-text-alerts', { events: ['message-reply', 'message-send'], secret: 's' }, 'events', 'too_many'],
    ['mobile-text-alerts', { events: ['message-reply'] }, 'secret', 'required'],
    ['mobile-text-alerts', { events: ['message-reply'], secret: null }, 'secret', 'required'],
    ['httpsms', { events: ['message.phone.sent'], retryOnError: false }, 'retryOnError', 'not_in_profile'],
    ['standard', { events: ['Message.Sent'] }, 'events', 'unknown_event'],
    ['standard', { events: ['message.*.sent'] }, 'events', 'unknown_event'],
    ['standard', { events: ['*'], secret: 'no-prefix' }, 'secret', 'invalid'],
    ['standard', { events: ['*'], secret: null }, 'secret', 'required'],
    ['nobody', { events: ['*'] }, 'profile', 'unknown_profile'],
  ])(
    'each profile refuses what it does not support, and the error names the field',
    async ([profile, body, field, code]) => {
      const { status, body: answer } = await register({ profile, ...body });
      expect([status, answer.details]).toEqual([422, [expect.objectContaining({ field, code })]]);
    },
  );

  it('an error names the profile', async () => {
    const { body } = await register({ profile: 'msgine', events: ['message.received'] });
    expect(body.message).toContain('msgine');
    expect(body.message).toContain('message.delivered');
    const short = await register({ profile: 'opensms', events: ['*'], secret: 'short' }).expect(422);
    expect(short.body.message).toMatch(/profile opensms.*16 to 255/);
  });

  it('Mobile Text Alerts limits requests to 600 a minute by default; null means no limit', async () => {
    const body = { profile: 'mobile-text-alerts', events: ['message-reply'], secret: 'abc123-abc2-cde1' };
    expect((await register(body)).body.maxThroughputPerMinute).toBe(600);
    expect((await register({ ...body, maxThroughputPerMinute: 5 })).body.maxThroughputPerMinute).toBe(5);
    expect(
      (await register({ ...body, maxThroughputPerMinute: null })).body.maxThroughputPerMinute,
    ).toBeNull();
  });

  it('MySMSGate allows one URL for each stream; a second one is a 409, also in a PATCH', async () => {
    const a = newAccount();
    const both = { url: URL, profile: 'mysmsgate', events: ['incoming-sms'] };
    await a.post('/webhooks', both).expect(201);
    const taken = await a.post('/webhooks', both).expect(409);
    expect(taken.body).toMatchObject({ code: 'event_taken', details: [{ field: 'events' }] });
    const { body: report } = await a.post('/webhooks', { ...both, events: ['delivery-report'] }).expect(201);
    await a.patch(`/webhooks/${report.id}`, { events: ['incoming-sms', 'delivery-report'] }).expect(409);
    await a.patch(`/webhooks/${report.id}`, { events: ['delivery-report'] }).expect(200);
  });

  it('httpSMS: a secret is generated unless the call says null, and ten endpoints are allowed', async () => {
    const a = newAccount();
    const body = {
      url: URL,
      profile: 'httpsms',
      events: ['message.phone.sent'],
      phoneNumbers: ['+18005550199'],
    };
    expect((await a.post('/webhooks', body)).body.secret).toMatch(/^whsec_/);
    expect((await a.post('/webhooks', { ...body, secret: null })).body).toMatchObject({
      secret: null,
      secrets: [],
    });
    for (let i = 0; i < 8; i++) await a.post('/webhooks', body).expect(201);
    expect((await a.post('/webhooks', body).expect(409)).body.code).toBe('endpoint_limit');
    await a.post('/webhooks', standard).expect(201);
  });

  it("msgine returns no secret: both routes for secrets refer to the account's secret", async () => {
    const a = newAccount();
    const { body } = await a.post('/webhooks', { url: URL, profile: 'msgine', events: ['*'] });
    expect(body).not.toHaveProperty('secret');
    for (const call of [
      a.get(`/webhooks/${body.id}/secret`),
      a.post(`/webhooks/${body.id}/rotate-secret`, {}),
    ]) {
      const { status, body: answer } = await call;
      expect([status, answer.code]).toEqual([409, 'account_secret']);
      expect(answer.message).toContain('account/secret');
    }
  });
});

describe('Custom headers', () => {
  it('are stored sealed, and only their names are shown', async () => {
    const a = newAccount();
    const headers = { 'X-Api-Key': 'very-secret-value', 'x-team': 'blue' };
    const { body } = await a.post('/webhooks', { ...standard, headers }).expect(201);
    expect(body.headerNames).toEqual(['x-api-key', 'x-team']);
    expect(JSON.stringify(body)).not.toContain('very-secret-value');
    const [row] = await host.dataSource.query(
      'select headers from webhook_endpoints order by created_at desc limit 1',
    );
    expect(row.headers).toMatch(/^v1\.k1\./);
    const changed = await a.patch(`/webhooks/${body.id}`, { headers: null }).expect(200);
    expect(changed.body.headerNames).toEqual([]);
  });

  itForAll([
    ['a header that this module sets', { 'webhook-id': 'x' }, 'headers.webhook-id'],
    ['a signature header, in upper or lower case', { 'WEBHOOK-Signature': 'x' }, 'headers.webhook-signature'],
    ['a framing header', { 'Content-Length': '2' }, 'headers.content-length'],
    ['a line break', { 'x-a': 'a\r\nEvil: 1' }, 'headers.x-a'],
    ['a value that is not text', { 'x-a': 1 }, 'headers.x-a'],
    ['a name with a space', { 'x a': '1' }, 'headers'],
  ])('refuse names and values that a customer may not set', async ([, headers, field]) => {
    const { status, body } = await newAccount().post('/webhooks', { ...standard, headers });
    expect([status, body.details]).toEqual([400, [expect.objectContaining({ field })]]);
  });

  it('cannot replace a header that the profile uses: authorization is refused with httpSMS, and accepted with standard', async () => {
    const headers = { authorization: 'Bearer x' };
    await newAccount()
      .post('/webhooks', { ...standard, headers })
      .expect(201);
    const httpsms = { url: URL, profile: 'httpsms', events: ['message.phone.sent'], headers };
    await newAccount().post('/webhooks', httpsms).expect(400);
  });
});

describe('URLs', () => {
  itForAll([
    ['https://localhost/hooks', 422],
    ['https://169.254.169.254/latest', 422],
    ['https://[::1]/', 422],
    ['https://2130706433/', 422],
    ['https://user:pass@example.com/', 422],
    ['https://example.com/#part', 422],
    ['https://intranet/', 422],
    ['ftp://example.com/', 400],
    ['example.com/hooks', 400],
    ['https://exa mple.com/', 400],
  ])('to which nothing may be sent are refused', async ([url, status]) => {
    const answer = await newAccount().post('/webhooks', { ...standard, url });
    expect([answer.status, answer.body.details?.[0]?.field]).toEqual([status, 'url']);
  });

  it('of private addresses, internal names and blocked ports all get the same error, which does not reveal what exists there', async () => {
    const texts = await Promise.all(
      ['https://10.0.0.1/', 'https://db.internal/', 'https://example.com:6379/', 'https://printer/'].map(
        async (url) => (await newAccount().post('/webhooks', { ...standard, url })).body.message,
      ),
    );
    expect(new Set(texts).size).toBe(1);
  });
});

describe("The customer's own id and values", () => {
  const metadata = { plan: 'gold', 'crm id': 'Ü-1' };

  it('are returned and change like other fields; the id can be searched for', async () => {
    const own = await startHost();
    const a = own.as('a');
    const { body } = await a.post('/webhooks', { ...standard, uid: 'orders:1', metadata }).expect(201);
    expect(body).toMatchObject({ uid: 'orders:1', metadata });
    const { body: plain } = await a.post('/webhooks', standard).expect(201);
    expect(plain).toMatchObject({ uid: null, metadata: {} });
    const found = await a.get('/webhooks?uid=orders:1').expect(200);
    expect(found.body.data.map(({ id }: { id: string }) => id)).toEqual([body.id]);
    expect((await own.as('b').get('/webhooks?uid=orders:1')).body.data).toEqual([]);
    const path = `/webhooks/${body.id}`;
    expect((await a.patch(path, { description: 'x' })).body).toMatchObject({ uid: 'orders:1', metadata });
    const changed = await a.patch(path, { uid: 'orders:2', metadata: { plan: 'basic' } }).expect(200);
    expect(changed.body).toMatchObject({ uid: 'orders:2', metadata: { plan: 'basic' } });
    const cleared = await a.patch(path, { uid: null, metadata: null }).expect(200);
    expect(cleared.body).toMatchObject({ uid: null, metadata: {} });
    await own.close();
  });

  it('the id is unique among the live webhooks of a tenant, even if several calls register it at the same time', async () => {
    const own = await startHost();
    const a = own.as('a');
    const twice = { ...standard, uid: 'one' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => a.post('/webhooks', twice)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409)!.body;
    expect(refused).toMatchObject({ code: 'uid_taken', details: [{ field: 'uid', code: 'uid_taken' }] });
    const { id } = answers.find(({ status }) => status === 201)!.body;
    const { body: other } = await a.post('/webhooks', standard).expect(201);
    await a.patch(`/webhooks/${other.id}`, { uid: 'one' }).expect(409);
    await a.patch(`/webhooks/${id}`, { uid: 'one' }).expect(200);
    await own.as('b').post('/webhooks', twice).expect(201);
    await a.delete(`/webhooks/${id}`).expect(204);
    await a.patch(`/webhooks/${other.id}`, { uid: 'one' }).expect(200);
    await own.close();
  });
});

describe('Rotating a secret', () => {
  it('returns the new secret, keeps the old one valid for a day, and accepts a secret of the caller', async () => {
    const a = newAccount();
    const { body } = await a.post('/webhooks', standard);
    const { body: rotated } = await a.post(`/webhooks/${body.id}/rotate-secret`).expect(200);
    expect(rotated.secret).not.toBe(body.secret);
    expect(Date.parse(rotated.previousExpiresAt) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    await a.post(`/webhooks/${body.id}/rotate-secret`, { secret, overlapMs: 1000 }).expect(200);
    expect((await a.get(`/webhooks/${body.id}/secret`)).body.secret).toBe(secret);
    const wrong = await a.post(`/webhooks/${body.id}/rotate-secret`, { secret: 'whsec_short' }).expect(422);
    expect(wrong.body.details[0].field).toBe('secret');
  });

  it('by a PATCH of the endpoint also keeps the old secret valid', async () => {
    const a = newAccount();
    const { body } = await a.post('/webhooks', standard);
    const secret = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    const changed = await a.patch(`/webhooks/${body.id}`, { secret }).expect(200);
    expect(changed.body.secrets).toHaveLength(2);
    expect((await a.get(`/webhooks/${body.id}/secret`)).body.secret).toBe(secret);
  });
});

describe('States', () => {
  const laneOf = async ({ publicNo }: { publicNo: number }) => {
    const [lane] = await host.dataSource.query('select * from webhook_lanes where id = $1', [publicNo]);
    return lane;
  };

  it('each endpoint has one lane, whose state follows that of the endpoint', async () => {
    const a = newAccount();
    const { body } = await a.post('/webhooks', {
      ...standard,
      ordering: 'strict',
      maxThroughputPerMinute: 60,
    });
    expect(await laneOf(body)).toMatchObject({
      id: String(body.publicNo),
      state: 'open',
      next_due_at: null,
      ordering: 'strict',
      max_throughput_per_minute: 60,
    });
    await a.post(`/webhooks/${body.id}/pause`);
    expect(await laneOf(body)).toMatchObject({ state: 'paused', next_due_at: null });
    await a.patch(`/webhooks/${body.id}`, { active: true });
    expect(await laneOf(body)).toMatchObject({ state: 'open', next_due_at: expect.any(String) });
    await a.delete(`/webhooks/${body.id}`);
    expect(await laneOf(body)).toMatchObject({ state: 'closed', next_due_at: expect.any(String) });
  });

  it('resume resets the failures of an endpoint', async () => {
    const a = newAccount();
    const { body } = await a.post('/webhooks', standard);
    await host.dataSource.query(
      `update webhook_lanes set failures = 9, failing_since = 1, hold_until = 99999999999999, claimed_until = 99999999999999 where id = $1`,
      [body.publicNo],
    );
    expect((await a.get(`/webhooks/${body.id}`)).body.failingSince).toBe('1970-01-01T00:00:00.001Z');
    expect((await a.post(`/webhooks/${body.id}/resume`)).body.failingSince).toBeNull();
    expect(await laneOf(body)).toMatchObject({
      failures: 0,
      hold_until: null,
      claimed_until: null,
    });
  });

  it('a deleted endpoint keeps neither secrets nor headers', async () => {
    const a = newAccount();
    const { body } = await a.post('/webhooks', { ...standard, headers: { 'x-a': 'b' } });
    await a.delete(`/webhooks/${body.id}`);
    const [row] = await host.dataSource.query(
      'select secrets, headers from webhook_endpoints where deleted_at is not null order by created_at desc limit 1',
    );
    expect(row).toEqual({ secrets: '[]', headers: null });
  });

  it('an endpoint that the operator has disabled cannot be paused or resumed by its owner', async () => {
    const a = newAccount();
    const { body } = await a.post('/webhooks', standard);
    const disabled = await operator().disable(body.id);
    expect(disabled).toMatchObject({ state: 'disabled', stateReason: 'operator', id: body.id });
    expect((await a.post(`/webhooks/${body.id}/pause`).expect(409)).body.code).toBe('endpoint_disabled');
    expect((await a.post(`/webhooks/${body.id}/resume`).expect(409)).body.code).toBe('disabled_by_operator');
    expect((await a.patch(`/webhooks/${body.id}`, { active: true }).expect(409)).body.code).toBe(
      'disabled_by_operator',
    );
    expect((await a.post(`/webhooks/${body.id}/test`, {}).expect(409)).body.code).toBe('endpoint_disabled');
    await operator().enable(body.id);
    expect((await a.get(`/webhooks/${body.id}`)).body).toMatchObject({ state: 'active', stateReason: null });
  });
});

describe("In the host's transaction", () => {
  it('an endpoint is registered if and only if the transaction commits', async () => {
    const tenant = `tx-${newUuid()}`;
    await expect(
      host.dataSource.transaction(async (tx) => {
        await host.webhooks.endpoints.create(tenant, standard, { tx });
        throw new Error('the host changed its mind');
      }),
    ).rejects.toThrow('changed its mind');
    expect((await host.webhooks.endpoints.list(tenant)).data).toEqual([]);

    const created = await host.dataSource.transaction((tx) =>
      host.webhooks.endpoints.create(tenant, standard, { tx }),
    );
    expect((await host.webhooks.endpoints.get(tenant, created.id)).url).toBe(URL);
  });

  it('endpoints.test and endpoints.recover cannot take part: they commit by themselves, and their types accept no tx', () => {
    const { endpoints } = host.webhooks;
    const tx = host.dataSource.manager;
    // @ts-expect-error The test event would be sent although the host's transaction rolls back.
    void (() => endpoints.test('t', 'wh_', {}, 0, { tx }));
    // @ts-expect-error A recovery commits batch by batch.
    void (() => endpoints.recover('t', 'wh_', { since: '2020-01-01' }, { tx }));
  });

  it('a tx without an open transaction is refused', async () => {
    const tx = host.dataSource.manager;
    await expect(host.webhooks.endpoints.create('t', standard, { tx })).rejects.toThrow(
      'no open transaction',
    );
  });
});

describe('The services', () => {
  itForAll([undefined, null, '', 7, 'x'.repeat(256), 'a\0b', '\ud800'])(
    'throw without a valid tenant',
    async (tenant) => {
      const { endpoints, accounts } = host.webhooks;
      const deliveries = host.app.get(WebhookDeliveries);
      const any = tenant as string;
      const id = `wh_${'0'.repeat(26)}`;
      for (const call of [
        () => endpoints.list(any),
        () => endpoints.get(any, id),
        () => endpoints.create(any, standard),
        () => endpoints.delete(any, id),
        () => endpoints.rotateSecret(any, id),
        () => accounts.get(any),
        () => deliveries.list(any),
        () => deliveries.get(any, 'dlv_1'),
        () => deliveries.retry(any, 'dlv_1'),
      ]) {
        await expect(call()).rejects.toMatchObject({ name: 'TenantRequiredError' });
      }
    },
  );
});
