import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';

const url = 'https://example.com/hooks';

describe('What one account may do', () => {
  let host: WebhooksHost;
  let accounts = 0;
  beforeAll(async () => {
    host = await startHost({ options: { limits: { endpointsPerTenant: 3 } } });
  });
  afterAll(() => host.close());

  async function newAccount(): Promise<{ api: Calls; tenantId: string; id: string; publicNo: number }> {
    const tenantId = `account-${++accounts}`;
    const api = host.as(tenantId);
    const { body } = await api.post('/webhooks', { url, events: ['*'], active: false }).expect(201);
    return { api, tenantId, id: body.id, publicNo: body.publicNo };
  }

  /** Deliveries of an endpoint that failed for good. */
  async function failures(tenantId: string, lane: number, count: number): Promise<void> {
    await host.dataSource.query(
      `with events as (
         insert into webhook_events (id, tenant_id, type, occurred_at, created_at, data, test)
         select gen_random_uuid(), $1, 'message.sent', 1, 1, '{}', false from generate_series(1, $3)
         returning sequence
       )
       insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, reason, attempts, created_at, finished_at, failed_at)
       select sequence, $2, 'message.sent', '{}', 'exhausted', 'retries-used-up', 10, 1, 1, 1 from events`,
      [tenantId, lane, count],
    );
  }

  it('registers as many webhooks as the host allows, over every route together', async () => {
    const { api, id } = await newAccount();
    const compat = await startHost({
      options: { compat: ['httpsms', 'mobile-text-alerts'], limits: { endpointsPerTenant: 2 } },
    });
    const other = compat.as('a');
    const textAlerts = { url, event: 'message-reply', secret: 'abc' };
    const httpsms = { url, events: ['message.phone.sent'], phone_numbers: ['+18005550199'] };
    await other.post('/v3/webhooks', textAlerts).expect(200);
    await other.post('/v1/webhooks', httpsms).expect(201);
    await other.post('/v3/webhooks', textAlerts).expect(409);
    await other.post('/v1/webhooks', httpsms).expect(402);
    await other.post('/webhooks', { url, events: ['*'] }).expect(409);
    await compat.close();

    for (let i = 0; i < 2; i++) await api.post('/webhooks', { url, events: ['*'] }).expect(201);
    const { body } = await api.post('/webhooks', { url, events: ['*'] }).expect(409);
    expect(body.code).toBe('endpoint_limit');
    await api.delete(`/webhooks/${id}`).expect(204);
    await api.post('/webhooks', { url, events: ['*'] }).expect(201);
  });

  it.each([
    ['tests', 20, (id: string) => `/webhooks/${id}/test?wait=1`, {}],
    ['manual retries', 100, () => '/webhooks/deliveries/dlv_999999999/retry', {}],
    ['recoveries', 10, (id: string) => `/webhooks/${id}/recover`, { since: '2020-01-01', dryRun: true }],
  ])('makes so many %s at once: %i, and is told when the next one may come', async (_, burst, path, body) => {
    const { api, id } = await newAccount();
    const statuses: number[] = [];
    for (let i = 0; i < burst; i++) statuses.push((await api.post(path(id), body)).status);
    expect(statuses).not.toContain(429);
    // Time passes, and brings a few back.
    let answer = await api.post(path(id), body);
    for (let i = 0; answer.status !== 429 && i < burst; i++) answer = await api.post(path(id), body);
    expect(answer.status).toBe(429);
    expect(answer.body.code).toBe('too_many_requests');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    const other = await newAccount();
    expect((await other.api.post(path(other.id), body)).status).not.toBe(429);
  });

  it('sends ten thousand again with one call, and is told that there are more', async () => {
    const { api, tenantId, id, publicNo } = await newAccount();
    await failures(tenantId, publicNo, 10_001);
    const path = `/webhooks/${id}/recover`;
    const first = await api.post(path, { since: '1970-01-01' }).expect(202);
    expect(first.body).toEqual({ dryRun: false, matched: 10_001, recovered: 10_000, more: true });
    const second = await api.post(path, { since: '1970-01-01' }).expect(202);
    expect(second.body).toEqual({ dryRun: false, matched: 1, recovered: 1, more: false });
  });
});
