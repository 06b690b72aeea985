import { WebhookAudit } from '../../libs/webhooks/src/observability/audit.js';
import { WebhookOperator } from '../../libs/webhooks/src/operator/operator.service.js';
import type { Progress } from '../../libs/webhooks/src/store/jobs/progress.js';
import { ensureAccounts } from '../../libs/webhooks/src/secrets/ensure-accounts.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { SETTINGS, type Settings } from '../../libs/webhooks/src/config/settings.js';
import { SECRET_BOX } from '../../libs/webhooks/src/secrets/secret-box.js';
import type { AuditEntry } from '../../libs/webhooks/src/observability/audit.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { type Receiver, startReceiver } from './receiver.js';

let host: WebhooksHost;
let receiver: Receiver;
let tenants = 0;
const newTenant = () => `account-${++tenants}`;

beforeAll(async () => {
  host = await startHost({ options: { network: { egressIps: ['198.51.100.7'] } } });
  receiver = await startReceiver();
});
afterAll(async () => {
  await host.close();
  await receiver.close();
});

describe('The account', () => {
  it('is created when it is first read, and its secret is shown only by the route for secrets', async () => {
    const api = host.as(newTenant());
    const { body } = await api.get('/webhooks/account').expect(200);
    expect(body).toEqual({
      alertEmail: null,
      defaultProfile: null,
      profile: 'standard',
      secrets: [{ createdAt: expect.any(String), expiresAt: null }],
      egressIps: ['198.51.100.7'],
    });
    const revealed = await api.get('/webhooks/account/secret').expect(200);
    expect(revealed.body.secret).toMatch(/^whsec_/);
    expect(revealed.headers['cache-control']).toBe('no-store');
    expect((await api.get('/webhooks/account/secret')).body).toEqual(revealed.body);
  });

  it('decides the profile of new endpoints', async () => {
    const api = host.as(newTenant());
    const changed = await api
      .patch('/webhooks/account', { defaultProfile: 'opensms', alertEmail: 'ops@example.com' })
      .expect(200);
    expect(changed.body).toMatchObject({
      defaultProfile: 'opensms',
      profile: 'opensms',
      alertEmail: 'ops@example.com',
    });
    const { body } = await api.post('/webhooks', { url: receiver.url, events: ['sms.failed'] }).expect(201);
    expect(body.profile).toBe('opensms');
    const back = await api.patch('/webhooks/account', { defaultProfile: null }).expect(200);
    expect(back.body).toMatchObject({ profile: 'standard', alertEmail: 'ops@example.com' });
  });

  it('keeps five secrets at most, and only secrets that all its profiles can sign with', async () => {
    const api = host.as(newTenant());
    await api.get('/webhooks/account');
    await api.patch('/webhooks/account', { defaultProfile: 'httpsms' }).expect(200);
    const short = await api.post('/webhooks/account/rotate-secret', { secret: 'short' }).expect(422);
    expect(short.body.details[0].field).toBe('secret');
    const secret = 'a text that httpsms and msgine can use';
    const { body } = await api.post('/webhooks/account/rotate-secret', { secret }).expect(200);
    // The token of httpSMS has room for one signature, so the secrets do not overlap in time.
    expect(body).toEqual({ secret, previousExpiresAt: null });
    const unfit = await api.patch('/webhooks/account', { defaultProfile: 'standard' }).expect(409);
    expect(unfit.body).toMatchObject({
      code: 'account_secret_unfit',
      details: [{ field: 'defaultProfile' }],
    });
    await api.post('/webhooks/account/rotate-secret', {}).expect(200);
    await api.patch('/webhooks/account', { defaultProfile: 'standard' }).expect(200);
    for (let i = 0; i < 4; i++) await api.post('/webhooks/account/rotate-secret', {}).expect(200);
    expect((await api.post('/webhooks/account/rotate-secret', {}).expect(409)).body.code).toBe(
      'too_many_secrets',
    );
    await api.post('/webhooks/account/rotate-secret', { overlapMs: 0 }).expect(200);
    expect((await api.get('/webhooks/account')).body.secrets).toHaveLength(1);
  });

  it('is created only once if several callers need it, and 50 accounts are created with three statements at most', async () => {
    const store = host.app.get<Store>(STORE);
    const { profile } = host.app.get<Settings>(SETTINGS);
    const ensure = (tenantIds: string[]) =>
      ensureAccounts(store, host.app.get(SECRET_BOX), () => profile.secret.generate(), tenantIds);
    const ids = Array.from({ length: 50 }, newTenant);
    const statements = jest.spyOn(host.dataSource.logger, 'logQuery');
    const made = await ensure(ids);
    expect(statements.mock.calls.length).toBeLessThanOrEqual(3);
    statements.mockRestore();
    expect([...made.keys()].toSorted()).toEqual(ids.toSorted());

    const more = Array.from({ length: 20 }, newTenant);
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, i) => ensure(i % 2 ? more : more.toReversed())),
    );
    for (const accounts of all) expect(accounts.get(more[0]!)).toEqual(all[0]!.get(more[0]!));
  });
});

describe('The audit', () => {
  it('reports who created, changed, revealed, tested and removed what, without any secret', async () => {
    const entries: AuditEntry[] = [];
    const stop = host.app.get(WebhookAudit).onAudit((entry) => entries.push(entry));
    const tenantId = newTenant();
    const api = host.as(tenantId);
    const { body } = await api.post('/webhooks', { url: receiver.url, events: ['*'] });
    const path = `/webhooks/${body.id}`;
    await api.patch(path, { description: 'mine', timeoutMs: 2000 });
    await api.post(`${path}/rotate-secret`, {});
    await api.get(`${path}/secret`);
    await api.post(`${path}/pause`);
    await api.post(`${path}/resume`);
    await api.post(`${path}/test?wait=1`, {});
    await api.post(`${path}/recover`, { since: '2020-01-01' });
    await api.patch('/webhooks/account', { alertEmail: null });
    await api.get('/webhooks/account/secret');
    await host.webhooks.runOnce();
    const [delivery] = (await api.get('/webhooks/deliveries')).body.data;
    await api.post(`/webhooks/deliveries/${delivery.id}/retry`);
    await api.get('/webhooks/account');
    await api.delete(path);
    await host.webhooks.endpoints.create(tenantId, { url: receiver.url, events: ['*'] }, { actor: 'cron' });
    await api.delete('/webhooks/wh_00000000000000000000000000').expect(404);
    stop();
    await api.post('/webhooks', { url: receiver.url, events: ['*'] });

    expect(entries.map(({ action }) => action)).toEqual([
      'endpoint.created',
      'endpoint.updated',
      'endpoint.secret_rotated',
      'endpoint.secret_revealed',
      'endpoint.paused',
      'endpoint.resumed',
      'endpoint.tested',
      'endpoint.recovered',
      'account.updated',
      'account.secret_revealed',
      'delivery.retried',
      'endpoint.deleted',
      'endpoint.created',
    ]);
    for (const entry of entries) expect(entry.tenantId).toBe(tenantId);
    expect(entries[1]).toMatchObject({ endpointId: body.id, data: { fields: ['description', 'timeoutMs'] } });
    expect(entries[1]!.request).toMatchObject({ account: { id: tenantId } });
    expect(entries[10]).toMatchObject({ deliveryId: delivery.id, endpointId: body.id });
    expect(entries[12]).toMatchObject({ actor: 'cron', request: undefined });
    expect(JSON.stringify(entries.map(({ request: _, ...entry }) => entry))).not.toContain('whsec_');
  });

  it('does not affect the call if a listener throws', async () => {
    const quiet = await startHost({ logger: false });
    quiet.app.get(WebhookAudit).onAudit(() => {
      throw new Error('the listener is broken');
    });
    await quiet
      .as('a')
      .post('/webhooks', { url: receiver.url, events: ['*'] })
      .expect(201);
    await quiet.close();
  });
});

describe('Calls that cause traffic', () => {
  it.each([
    ['tests', 20, (id: string) => `/webhooks/${id}/test?wait=1`, {}],
    ['recoveries', 10, (id: string) => `/webhooks/${id}/recover`, { since: '2020-01-01' }],
  ])(
    '%s are limited for each account, and the refusal says when to call again',
    async (name, max, path, body) => {
      const api = host.as(newTenant());
      const { body: endpoint } = await api.post('/webhooks', { url: receiver.url, events: ['*'] });
      const answers = await Promise.all(Array.from({ length: 25 }, () => api.post(path(endpoint.id), body)));
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused.length).toBeGreaterThan(0);
      const seconds = Number(refused[0]!.headers['retry-after']);
      expect(seconds).toBeGreaterThan(0);
      expect(refused[0]!.body).toMatchObject({
        code: 'too_many_requests',
        retryAfterSeconds: seconds,
        limit: { name, max, windowSeconds: 60 },
      });
      expect(refused[0]!.headers).toMatchObject({
        'ratelimit-policy': `"${name}";q=${max};w=60`,
        ratelimit: `"${name}";r=0;t=${seconds}`,
      });
      const other = host.as(newTenant());
      const { body: theirs } = await other.post('/webhooks', { url: receiver.url, events: ['*'] });
      await other.post(path(theirs.id), body).expect(202);
    },
  );

  it('do not count towards the limit if they are invalid, or refused because of the state of the webhook', async () => {
    const api = host.as(newTenant());
    const { body: endpoint } = await api.post('/webhooks', { url: receiver.url, events: ['*'] });
    const path = `/webhooks/${endpoint.id}/recover`;
    for (let i = 0; i < 6; i++) {
      await api.post(path, {}).expect(400);
      await api.post('/webhooks/wh_0/recover', { since: '2020-01-01' }).expect(404);
    }
    await host.webhooks.operator.disable(endpoint.id);
    for (let i = 0; i < 6; i++) await api.post(path, { since: '2020-01-01' }).expect(409);
    await host.webhooks.operator.enable(endpoint.id);
    await api.post(path, { since: '2020-01-01' }).expect(202);
  });
});

describe('The operator', () => {
  const operator = () => host.app.get(WebhookOperator);

  it('sees the endpoints of all tenants', async () => {
    const [one, two] = [newTenant(), newTenant()];
    for (const tenant of [one, two]) {
      await host.webhooks.endpoints.create(tenant, { url: receiver.url, events: ['*'] });
    }
    const { data } = await operator().list({ limit: 2 });
    expect(data.map(({ tenantId }) => tenantId)).toEqual([two, one]);
  });

  it('removes everything that a tenant has, and nothing of other tenants', async () => {
    const [gone, stays] = [newTenant(), newTenant()];
    const tables = ['endpoints', 'accounts', 'events', 'lanes', 'alerts'].map((name) => `webhook_${name}`);
    const countOf = async (tenantId: string) => {
      const counts = await Promise.all(
        tables.map((table) =>
          host.dataSource.query(`select count(*)::int as n from ${table} where tenant_id = $1`, [tenantId]),
        ),
      );
      return counts.map(([{ n }]) => n);
    };
    for (const tenantId of [gone, stays]) {
      await host.webhooks.endpoints.create(tenantId, { url: receiver.url, events: ['*'] });
      receiver.answer(500);
      await host.dataSource.transaction((tx) =>
        host.webhooks.publish(tx, {
          type: 'webhook.test',
          tenantId,
          data: { message: 'x' },
        }),
      );
      await host.webhooks.runOnce();
      host.app.get<Store>(STORE).advanceClock(60_000);
      await host.webhooks.runOnce();
      await host.dataSource.query(
        `insert into webhook_alerts (tenant_id, kind, dedupe_key, data, created_at) values ($1, 'delivery.failed', $1, '{}', 1)`,
        [tenantId],
      );
    }
    for (const tenantId of [gone, stays]) {
      await host.dataSource.transaction((tx) =>
        host.webhooks.publish(tx, { type: 'webhook.test', tenantId, data: { message: 'not relayed' } }),
      );
    }
    expect(await countOf(gone)).toEqual([1, 1, 2, 1, 1]);
    const [{ before }] = await host.dataSource.query('select count(*)::int as before from webhook_attempts');

    const seen: Progress[] = [];
    const onProgress = (progress: Progress): void => void seen.push(progress);
    expect(await operator().deleteTenant(gone, { onProgress })).toBe(1);
    expect(seen).toEqual([
      { matched: 3, done: 2, left: 1 },
      { matched: 3, done: 3, left: 0 },
    ]);
    expect(await countOf(gone)).toEqual([0, 0, 0, 0, 0]);
    expect(await countOf(stays)).toEqual([1, 1, 2, 1, 1]);
    const [{ after }] = await host.dataSource.query('select count(*)::int as after from webhook_attempts');
    expect(before - after).toBe(1);
    const [{ orphans }] = await host.dataSource.query(
      'select count(*)::int as orphans from webhook_deliveries d left join webhook_lanes l on l.id = d.lane_id where l.id is null',
    );
    expect(orphans).toBe(0);
    expect(await operator().deleteTenant(gone)).toBe(0);
  });

  it.each([undefined, null, ''])('removes nothing for the tenant %j', async (tenant) => {
    await expect(operator().deleteTenant(tenant as never)).rejects.toMatchObject({
      name: 'TenantRequiredError',
    });
  });
});
