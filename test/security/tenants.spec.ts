import type request from 'supertest';
import type { WebhookDeliveries } from '../../libs/webhooks/src/deliveries/deliveries.service.js';
import type { WebhookAccounts } from '../../libs/webhooks/src/accounts/accounts.service.js';
import type { WebhookEndpoints } from '../../libs/webhooks/src/endpoints/endpoints.service.js';
import type { WebhookEventLog } from '../../libs/webhooks/src/event-log/event-log.service.js';
import { WebhookJobs } from '../../libs/webhooks/src/event-log/jobs.service.js';
import { WebhookSubjects } from '../../libs/webhooks/src/deliveries/subjects.service.js';
import { startHost, type WebhooksHost, type Calls } from '../support/webhooks-host.js';
import { itForAll } from '../support/it-for-all.js';

/** A call for each public method. If a method has no call here, this file does not compile. */
type Cases<Service> = Record<keyof Service, (service: Service, tenant: string) => Promise<unknown>>;

const endpoint = `wh_${'0'.repeat(26)}`;
const delivery = 'dlv_1';
const event = `evt_${'0'.repeat(26)}`;
const job = `job_${'0'.repeat(26)}`;
const since = '2020-01-01';

const ENDPOINTS: Cases<WebhookEndpoints> = {
  create: (s, tenant) => s.create(tenant, { url: 'https://example.com/', events: ['*'] }),
  list: (s, tenant) => s.list(tenant),
  get: (s, tenant) => s.get(tenant, endpoint),
  stats: (s, tenant) => s.stats(tenant, endpoint),
  update: (s, tenant) => s.update(tenant, endpoint, { description: 'x' }),
  delete: (s, tenant) => s.delete(tenant, endpoint),
  pause: (s, tenant) => s.pause(tenant, endpoint),
  resume: (s, tenant) => s.resume(tenant, endpoint),
  rotateSecret: (s, tenant) => s.rotateSecret(tenant, endpoint),
  secret: (s, tenant) => s.secret(tenant, endpoint),
  test: (s, tenant) => s.test(tenant, endpoint, {}, 1),
  recover: (s, tenant) => s.recover(tenant, endpoint, { since }),
};
const DELIVERIES: Cases<WebhookDeliveries> = {
  list: (s, tenant) => s.list(tenant),
  listOf: (s, tenant) => s.listOf(tenant, endpoint),
  get: (s, tenant) => s.get(tenant, delivery),
  retry: (s, tenant) => s.retry(tenant, delivery),
  cancel: (s, tenant) => s.cancel(tenant, delivery),
};
const ACCOUNTS: Cases<WebhookAccounts> = {
  get: (s, tenant) => s.get(tenant),
  update: (s, tenant) => s.update(tenant, { alertEmail: null }),
  rotateSecret: (s, tenant) => s.rotateSecret(tenant),
  secret: (s, tenant) => s.secret(tenant),
};
const EVENT_LOG: Cases<WebhookEventLog> = {
  list: (s, tenant) => s.list(tenant),
  get: (s, tenant) => s.get(tenant, event),
  replay: (s, tenant) => s.replay(tenant, endpoint, { since }),
};
const JOBS: Cases<WebhookJobs> = {
  list: (s, tenant) => s.list(tenant),
  get: (s, tenant) => s.get(tenant, job),
  cancel: (s, tenant) => s.cancel(tenant, job),
};
const SUBJECTS: Cases<WebhookSubjects> = { list: (s, tenant) => s.list(tenant, 'msg_1', {}) };

type Call = (host: WebhooksHost, tenant: string) => Promise<unknown>;
type Named = [name: string, call: Call];

function named<Service>(name: string, cases: Cases<Service>, of: (host: WebhooksHost) => Service): Named[] {
  return Object.entries(cases).map(([method, call]) => [
    `${name}.${method}`,
    (host, tenant) => (call as Cases<Service>[keyof Service])(of(host), tenant),
  ]);
}

const ALL: Named[] = [
  ...named<WebhookEndpoints>('endpoints', ENDPOINTS, ({ webhooks }) => webhooks.endpoints),
  ...named<WebhookDeliveries>('deliveries', DELIVERIES, ({ webhooks }) => webhooks.deliveries),
  ...named<WebhookAccounts>('accounts', ACCOUNTS, ({ webhooks }) => webhooks.accounts),
  ...named<WebhookEventLog>('eventLog', EVENT_LOG, ({ webhooks }) => webhooks.eventLog),
  ...named<WebhookJobs>('jobs', JOBS, ({ app }) => app.get(WebhookJobs, { strict: false })),
  ...named<WebhookSubjects>('subjects', SUBJECTS, ({ app }) => app.get(WebhookSubjects, { strict: false })),
  ['operator.deleteTenant', ({ webhooks }, tenant) => webhooks.operator.deleteTenant(tenant)],
];

/** Values that a faulty resolver may return, and values that databases or TypeORM may misinterpret. */
const NOBODY = [undefined, null, '', 0, 7, true, {}, [], ['a'], 'x'.repeat(256), 'a\0b', '\ud800'];

describe('Without a tenant,', () => {
  let host: WebhooksHost;
  /** The prototype of all query runners of the data source. */
  let runner: { query(sql: string): Promise<unknown> };
  beforeAll(async () => {
    host = await startHost();
    const one = host.dataSource.createQueryRunner();
    runner = Object.getPrototypeOf(one) as typeof runner;
    await one.release();
    // Data that a query would find if it did not select a tenant.
    await host
      .as('a')
      .post('/webhooks', { url: 'https://example.com/', events: ['*'] })
      .expect(201);
  });
  afterAll(() => host.close());

  itForAll(ALL)('each call fails, reads nothing and changes nothing', async ([, call]) => {
    const before = await host.dataSource.query('select * from webhook_endpoints');
    const statements = jest.spyOn(runner, 'query');
    for (const nobody of NOBODY)
      await expect(call(host, nobody as string)).rejects.toMatchObject({ name: 'TenantRequiredError' });
    const asked = statements.mock.calls.map(([sql]) => sql);
    statements.mockRestore();
    expect(asked.filter((sql) => !/^(START TRANSACTION|ROLLBACK)$/.test(sql))).toEqual([]);
    expect(await host.dataSource.query('select * from webhook_endpoints')).toEqual(before);
    expect(await host.dataSource.query('select tenant_id from webhook_accounts')).toEqual([
      { tenant_id: 'a' },
    ]);
  });
});

const url = 'https://example.com/hooks';

describe('An account', () => {
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

  /** Inserts exhausted deliveries of an endpoint. */
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

  it('can register as many webhooks as the host allows, over all routes together', async () => {
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
    ['manual retries', 100, (_: string, failed: string) => `/webhooks/deliveries/${failed}/retry`, {}],
    ['recoveries', 10, (id: string) => `/webhooks/${id}/recover`, { since: '2020-01-01', dryRun: true }],
  ])(
    'can make a limited number of %s at once: %i, and the refusal says when the next call is possible',
    async (_, burst, path, body) => {
      /** Creates an account. Returns a function that makes the call for that account. */
      const newCaller = async (): Promise<() => request.Test> => {
        const { api, tenantId, id, publicNo } = await newAccount();
        await failures(tenantId, publicNo, 1);
        const { data } = (await api.get('/webhooks/deliveries').expect(200)).body;
        return () => api.post(path(id, data[0].id), body);
      };
      const call = await newCaller();
      for (let i = 0; i < burst; i++) expect((await call()).status).toBeLessThan(300);
      // The limit refills while these calls run, so a few more may succeed.
      let answer = await call();
      for (let i = 0; answer.status !== 429 && i < burst; i++) answer = await call();
      expect(answer.status).toBe(429);
      expect(answer.body.code).toBe('too_many_requests');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      const callOfOther = await newCaller();
      expect((await callOfOther()).status).toBeLessThan(300);
    },
  );

  it('recovers ten thousand deliveries with one call, and the response says how many are left', async () => {
    const { api, tenantId, id, publicNo } = await newAccount();
    await failures(tenantId, publicNo, 10_001);
    const path = `/webhooks/${id}/recover`;
    const first = await api.post(path, { since: '1970-01-01' }).expect(202);
    expect(first.body).toEqual({
      dryRun: false,
      matched: 10_001,
      done: 10_000,
      left: 1,
      recovered: 10_000,
      more: true,
    });
    const second = await api.post(path, { since: '1970-01-01' }).expect(202);
    expect(second.body).toEqual({ dryRun: false, matched: 1, done: 1, left: 0, recovered: 1, more: false });
  });
});
