import type { WebhookDeliveries } from '../../libs/webhooks/src/deliveries/deliveries.service.js';
import type { WebhookAccounts } from '../../libs/webhooks/src/accounts/accounts.service.js';
import type { WebhookEndpoints } from '../../libs/webhooks/src/endpoints/endpoints.service.js';
import { WebhookSubjects } from '../../libs/webhooks/src/deliveries/subjects.service.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { itForAll } from '../support/it-for-all.js';

/** A call for each public method: one that is added without a case does not compile. */
type Cases<Service> = Record<keyof Service, (service: Service, tenant: string) => Promise<unknown>>;

const endpoint = `wh_${'0'.repeat(26)}`;
const delivery = 'dlv_1';
const since = '2020-01-01';

const ENDPOINTS: Cases<WebhookEndpoints> = {
  create: (s, tenant) => s.create(tenant, { url: 'https://example.com/', events: ['*'] }),
  list: (s, tenant) => s.list(tenant),
  get: (s, tenant) => s.get(tenant, endpoint),
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
  ...named<WebhookSubjects>('subjects', SUBJECTS, ({ app }) => app.get(WebhookSubjects, { strict: false })),
  ['operator.deleteTenant', ({ webhooks }, tenant) => webhooks.operator.deleteTenant(tenant)],
];

/** What a resolver that looks in the wrong place answers, and what databases and TypeORM make something else of. */
const NOBODY = [undefined, null, '', 0, 7, true, {}, [], ['a'], 'x'.repeat(256), 'a\0b', '\ud800'];

describe('Without a tenant', () => {
  let host: WebhooksHost;
  /** What all query runners of the data source have in common. */
  let runner: { query(sql: string): Promise<unknown> };
  beforeAll(async () => {
    host = await startHost();
    const one = host.dataSource.createQueryRunner();
    runner = Object.getPrototypeOf(one) as typeof runner;
    await one.release();
    // Somebody who would be found if nobody in particular were asked for.
    await host
      .as('a')
      .post('/webhooks', { url: 'https://example.com/', events: ['*'] })
      .expect(201);
  });
  afterAll(() => host.close());

  itForAll(ALL)('each call refuses, reads nothing and changes nothing', async ([, call]) => {
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
