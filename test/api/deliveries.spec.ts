import type { Progress } from '../../libs/webhooks/src/store/jobs/progress.js';
import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { first, host, newAccount, receiver, useCustomers, list, message } from './customers.js';
import type { Calls } from '../support/webhooks-host.js';
import { advanceClock } from '../support/clock.js';
import { itForAll } from '../support/it-for-all.js';
import { type Explained, rowsRead } from '../support/rows-read.js';
import { WebhooksRequestError } from '../../libs/webhooks/src/core/request-error.js';
import type { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';

useCustomers();

describe('One delivery', () => {
  // Otherwise a later test would send the retry of an earlier one.
  afterEach(() => host.dataSource.query('delete from webhook_deliveries'));

  it('shows what was sent, and every attempt, including the last one', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    receiver.answer(503, 200);
    const { id: eventId } = await publish('msg_1');
    await host.webhooks.runOnce();

    const waiting = await first(api);
    expect(waiting).toMatchObject({
      event: { id: eventId, type: 'message.delivered', subject: 'msg_1', test: false },
      endpointId: endpoint.id,
      url: receiver.url,
      wireType: 'message.delivered',
      state: 'pending',
      reason: null,
      attemptCount: 1,
      lastAttempt: {
        number: 1,
        status: 503,
        error: 'http',
        response: 'answer 503',
        durationMs: expect.any(Number),
      },
      nextAttemptAt: expect.any(String),
      finishedAt: null,
    });
    advanceClock(host.app, 60_000);
    await host.webhooks.runOnce();

    const { body } = await api.get(`/webhooks/deliveries/${waiting.id}`).expect(200);
    expect(body).toMatchObject({
      state: 'delivered',
      attemptCount: 2,
      nextAttemptAt: null,
      finishedAt: expect.any(String),
    });
    expect(
      body.attempts.map(({ number, status }: { number: number; status: number }) => [number, status]),
    ).toEqual([
      [1, 503],
      [2, 200],
    ]);
    expect(body.body).toBe(receiver.received[1]!.body);
    expect(body.lastAttempt).toEqual(body.attempts[1]);
  });

  it('can be sent again after it has ended, with the same id and bytes, further attempt numbers and a new schedule', async () => {
    const { api, register, publish } = newAccount();
    await register();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    receiver.answer(500);

    const retried = await api.post(`/webhooks/deliveries/${id}/retry`).expect(202);
    expect(retried.body).toMatchObject({
      id,
      state: 'pending',
      reason: null,
      finishedAt: null,
      attemptCount: 1,
    });
    await host.webhooks.runOnce();

    const { body } = await api.get(`/webhooks/deliveries/${id}`);
    expect(body).toMatchObject({ state: 'pending', attemptCount: 2 });
    // The wait is the first one of the schedule (5 s), not the second one.
    expect(Date.parse(body.nextAttemptAt) - Date.parse(body.lastAttempt.startedAt)).toBeLessThan(10_000);
    const [one, two] = receiver.received;
    expect(two!.body).toBe(one!.body);
    expect(two!.headers['webhook-id']).toBe(one!.headers['webhook-id']);
  });

  it('cannot be sent again after its endpoint is deleted', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    await api.delete(`/webhooks/${endpoint.id}`).expect(204);
    const late = await api.post(`/webhooks/deliveries/${id}/retry`).expect(409);
    expect(late.body.code).toBe('endpoint_closed');
  });

  it('is discarded when it is cancelled, and cannot be cancelled again', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    await api.post(`/webhooks/${endpoint.id}/pause`);
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    const { body } = await api.post(`/webhooks/deliveries/${id}/cancel`).expect(200);
    expect(body).toMatchObject({ state: 'discarded', reason: 'cancelled', finishedAt: expect.any(String) });
    expect((await api.post(`/webhooks/deliveries/${id}/cancel`).expect(409)).body.code).toBe(
      'delivery_finished',
    );
    await api.post(`/webhooks/${endpoint.id}/resume`);
    await host.webhooks.runOnce();
    expect(receiver.received).toEqual([]);
  });

  it('can be neither cancelled nor retried while it is being sent', async () => {
    const { api, register, publish } = newAccount();
    await register();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    await host.dataSource.query(`update webhook_deliveries set state = 'sending' where id = $1`, [
      id.slice(4),
    ]);
    for (const action of ['cancel', 'retry']) {
      const { body } = await api.post(`/webhooks/deliveries/${id}/${action}`).expect(409);
      expect(body.code).toBe('delivery_being_sent');
    }
    expect(await first(api)).toMatchObject({ state: 'sending', waits: null, waitsUntil: null });
  });

  it('waits until its paused endpoint is resumed, even if the delivery is retried', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    await api.post(`/webhooks/${endpoint.id}/pause`);
    await api.post(`/webhooks/deliveries/${id}/retry`).expect(202);
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(1);
    await api.post(`/webhooks/${endpoint.id}/resume`);
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(2);
  });
});

describe('Lists of deliveries', () => {
  let api: Calls;
  let hooks: { id: string }[];
  /** The id of the newest event, as the receiver got it. */
  let receivedId: unknown;

  beforeAll(async () => {
    const account = newAccount();
    api = account.api;
    hooks = [await account.register(), await account.register({ events: ['message.received'] })];
    receiver.answer(200);
    for (let i = 1; i <= 5; i++) await account.publish(`msg_${i}`);
    await host.webhooks.runOnce();
    receiver.answer(404);
    await account.publish('msg_6', { type: 'message.received', data: message('msg_6', { direction: 'in' }) });
    await host.webhooks.runOnce();
    receivedId = receiver.received.at(-1)!.headers['webhook-id'];
    await host.dataSource.query(
      `update webhook_deliveries set state = 'exhausted', reason = 'retries-used-up', failed_at = 1, finished_at = 1, next_at = null
        where state = 'pending'`,
    );
  });

  const subjects = async (path: string) =>
    (await list(api, path)).data.map(({ event }: { event: { subject: string } }) => event.subject);

  it('are newest first, both for all endpoints and for one endpoint', async () => {
    const all = ['msg_6', 'msg_6', 'msg_5', 'msg_4', 'msg_3', 'msg_2', 'msg_1'];
    expect(await subjects('/webhooks/deliveries')).toEqual(all);
    expect(await subjects(`/webhooks/${hooks[0]!.id}/deliveries`)).toEqual(all.slice(1));
    expect(await subjects(`/webhooks/deliveries?endpointId=${hooks[1]!.id}`)).toEqual(['msg_6']);
  });

  itForAll([
    ['state=exhausted', 2],
    ['state=exhausted,delivered', 7],
    ['state=discarded', 0],
    ['statusClass=2xx', 5],
    ['statusClass=4xx', 2],
    ['statusClass=none', 0],
    ['eventType=message.received', 2],
    ['status=404', 2],
    ['status=404&statusClass=2xx', 0],
    ['status=500', 0],
    ['subject=msg_3', 1],
    ['subject=msg_3&state=exhausted', 0],
    ['subject=msg_6&statusClass=4xx', 2],
    ['since=2020-01-01', 7],
    ['until=2020-01-01T00:00:00Z', 0],
    ['since=2020-01-01T00:00:00%2B03:00&until=2099-01-01', 7],
    ['test=true', 0],
    ['test=false', 7],
    ['limit=2', 2],
  ])('find what each filter selects', async ([query, count]) => {
    expect(await subjects(`/webhooks/deliveries?${query}`)).toHaveLength(count);
  });

  it('find the deliveries of an event by the id that receivers get, and one delivery by its id', async () => {
    const { event, id } = (await list(api, '/webhooks/deliveries?eventType=message.received')).data[0];
    expect(receivedId).toBe(event.id);
    const uuid = await host.dataSource.query('select id from webhook_events where subject = $1', ['msg_6']);
    const found = ['msg_6', 'msg_6'];
    expect(await subjects(`/webhooks/deliveries?eventId=${event.id}`)).toEqual(found);
    expect(await subjects(`/webhooks/deliveries?eventId=${uuid[0].id.toUpperCase()}`)).toEqual(found);
    expect(await subjects(`/webhooks/deliveries?eventId=${event.id}&state=delivered`)).toEqual([]);
    expect(await subjects(`/webhooks/${hooks[1]!.id}/deliveries?eventId=${event.id}`)).toEqual(['msg_6']);
    expect(await subjects(`/webhooks/deliveries?deliveryId=${id}`)).toEqual(['msg_6']);
    expect(await subjects(`/webhooks/deliveries?deliveryId=${id}&eventId=${event.id}&limit=1`)).toHaveLength(
      1,
    );

    const stranger = newAccount().api;
    for (const query of [`eventId=${event.id}`, `deliveryId=${id}`])
      expect(await list(stranger, `/webhooks/deliveries?${query}`)).toEqual({ data: [], nextCursor: null });
  });

  it.each(['', '&state=delivered,exhausted', '&statusClass=2xx', '&state=exhausted'])(
    'come in pages that neither repeat nor miss a delivery (%s)',
    async (filter) => {
      const all = (await list(api, `/webhooks/deliveries?limit=100${filter}`)).data;
      const seen: unknown[] = [];
      let path: string | null = `/webhooks/deliveries?limit=2${filter}`;
      while (path !== null) {
        const page: { data: unknown[]; nextCursor: string | null } = await list(api, path);
        seen.push(...page.data);
        path = page.nextCursor && `/webhooks/deliveries?limit=2${filter}&cursor=${page.nextCursor}`;
      }
      expect(seen).toEqual(all);
      expect(seen.length).toBeGreaterThan(1);
    },
  );

  it('remain for a deleted endpoint, and are a 404 for an endpoint that never existed', async () => {
    await api.delete(`/webhooks/${hooks[1]!.id}`).expect(204);
    expect(await subjects(`/webhooks/${hooks[1]!.id}/deliveries`)).toEqual(['msg_6']);
    await api.get(`/webhooks/wh_${'0'.repeat(26)}/deliveries`).expect(404);
  });
});

describe('A long log', () => {
  /** Inserts 2500 old deliveries to the account's newest endpoint. */
  const insertHay = (tenantId: string) =>
    host.dataSource.query(
      `with events as (
         insert into webhook_events (id, tenant_id, type, subject, occurred_at, created_at, data, test)
         select gen_random_uuid(), $1, 'message.sent', 'hay', 1, 1, '{}', false from generate_series(1, 2500)
         returning sequence
       )
       insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, created_at, finished_at)
       select sequence, (select max(id) from webhook_lanes where tenant_id = $1), 'message.sent', '{}', 'delivered', 1, 1 from events`,
      [tenantId],
    );

  it('is searched piece by piece: a page may be short, and its cursor continues the search', async () => {
    const { api, tenantId, register, publish } = newAccount();
    await register();
    const { id } = await publish('needle');
    await host.webhooks.runOnce();
    await insertHay(tenantId);
    const found: string[] = [];
    let pages = 0;
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { data: { event: { id: string } }[]; nextCursor: string | null } = await list(
        api,
        `/webhooks/deliveries?eventType=message.delivered${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...page.data.map(({ event }) => event.id));
      cursor = page.nextCursor;
      pages++;
    }
    expect(found).toEqual([id]);
    expect(pages).toBe(2);
  });

  it('is searched in one page for deliveries before a given time, however many newer ones there are', async () => {
    const { api, register, publish, tenantId } = newAccount();
    await register();
    const { id } = await publish('needle');
    await host.webhooks.runOnce();
    await host.dataSource.query(
      `update webhook_deliveries d set created_at = 1 from webhook_lanes l where l.id = d.lane_id and l.tenant_id = $1`,
      [tenantId],
    );
    await host.dataSource.query(
      `insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, created_at, finished_at)
       select d.event_sequence, d.lane_id, d.wire_type || n, '{}', 'delivered', 100000000 + n, 1
         from webhook_deliveries d join webhook_lanes l on l.id = d.lane_id, generate_series(1, 5000) n
        where l.tenant_id = $1`,
      [tenantId],
    );
    const { data, nextCursor } = await list(api, '/webhooks/deliveries?until=1970-01-01T12:00:00Z');
    expect(data).toMatchObject([{ event: { id } }]);
    expect(nextCursor).toBeNull();
    expect((await list(api, '/webhooks/deliveries?until=2100-01-01')).data).toHaveLength(20);
  });

  it('is not read to the end to find failures, however many failures and successes there are', async () => {
    const { api, tenantId, register, publish } = newAccount();
    await register();
    const rows = (state: string, failedAt: number | null) =>
      host.dataSource.query(
        `insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, created_at, finished_at, failed_at)
         select e.sequence, l.id, $2::text || n, '{}', $2::text, 1, 1, $3::bigint
           from webhook_lanes l join webhook_events e using (tenant_id), generate_series(1, 10000) n
          where l.tenant_id = $1 and e.subject = 'one'`,
        [tenantId, state, failedAt],
      );
    await publish('one');
    await host.webhooks.runOnce();
    await rows('exhausted', 1);
    await rows('delivered', null);
    await host.dataSource.query('analyze webhook_deliveries');
    const asked = jest.spyOn(Session.prototype, 'query');
    for (const state of ['exhausted', 'discarded', 'exhausted,discarded']) {
      asked.mockClear();
      const { data } = await list(api, `/webhooks/deliveries?state=${state}`);
      expect(data).toHaveLength(state === 'discarded' ? 0 : 20);
      const [sql, parameters] = asked.mock.calls.find(([text]) => text.includes('candidates'))!;
      const [plan] = await host.dataSource.transaction(async (tx) => {
        // Forces the plan of a table that is too large to be read from end to end.
        for (const way of ['seqscan', 'hashjoin', 'mergejoin'])
          await tx.query(`set local enable_${way} = off`);
        return tx.query<Explained[]>(`explain (analyze, format json) ${sql}`, parameters);
      });
      expect(rowsRead(plan!)).toBeLessThan(5_000);
    }
    asked.mockRestore();
  });

  it('is not searched further when its rows are older than the requested time', async () => {
    const { api, tenantId, register } = newAccount();
    await register();
    await insertHay(tenantId);
    expect(await list(api, '/webhooks/deliveries?since=2020-01-01')).toEqual({ data: [], nextCursor: null });
    expect((await list(api, '/webhooks/deliveries?eventType=call.missed')).nextCursor).toMatch(/^dlv_/);
  });
});

/** Wrong values that a host may pass on from the query string of its own web page. The routes check their own query strings earlier. */
const WRONG: [name: string, field: string, call: (webhooks: WebhooksService) => Promise<unknown>][] = [
  ['deliveries.list', 'limit', ({ deliveries }) => deliveries.list('a', { limit: NaN })],
  ['deliveries.list', 'subject', ({ deliveries }) => deliveries.list('a', { subject: 'a\0b' })],
  ['deliveries.list', 'eventType', ({ deliveries }) => deliveries.list('a', { eventType: '\ud800' })],
  ['deliveries.list', 'since', ({ deliveries }) => deliveries.list('a', { since: NaN })],
  ['deliveries.list', 'until', ({ deliveries }) => deliveries.list('a', { until: 1.5 })],
  ['deliveries.list', 'status', ({ deliveries }) => deliveries.list('a', { status: 42 })],
  ['deliveries.list', 'eventId', ({ deliveries }) => deliveries.list('a', { eventId: 'x' })],
  ['deliveries.list', 'deliveryId', ({ deliveries }) => deliveries.list('a', { deliveryId: 'x' })],
  ['deliveries.list', 'endpointId', ({ deliveries }) => deliveries.list('a', { endpointId: 'x' })],
  ['endpoints.list', 'limit', ({ endpoints }) => endpoints.list('a', { limit: NaN })],
  ['endpoints.list', 'profile', ({ endpoints }) => endpoints.list('a', { profile: 'a\0b' })],
  ['operator.list', 'limit', ({ operator }) => operator.list({ limit: NaN })],
  ['subjects.list', 'subject', ({ subjects }) => subjects.list('a', 'a\0b')],
  ['subjects.list', 'limit', ({ subjects }) => subjects.list('a', 'm1', { limit: NaN })],
];

describe('A search by the services', () => {
  itForAll(WRONG)(
    'throws an error that names the field if a value is wrong, not an error of the database',
    async ([, field, call]) => {
      const error = await call(host.webhooks).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WebhooksRequestError);
      expect(error).toMatchObject({ code: 'invalid_request', details: [{ field }] });
    },
  );

  it('for an endpoint that does not exist throws endpoint_not_found', async () => {
    const nobody = undefined as never;
    await expect(host.webhooks.deliveries.listOf('a', nobody)).rejects.toMatchObject({
      code: 'endpoint_not_found',
    });
    await expect(host.webhooks.endpoints.get('a', nobody)).rejects.toMatchObject({
      code: 'endpoint_not_found',
    });
  });
});

describe('Recovering what an endpoint missed', () => {
  const insertExhausted = (tenantId: string, laneId: number, count: number) =>
    host.dataSource.query(
      `with events as (
         insert into webhook_events (id, tenant_id, type, occurred_at, created_at, data, test)
         select gen_random_uuid(), $1, 'message.sent', 1, 1, '{}', false from generate_series(1, $3::int)
         returning sequence
       )
       insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, reason, attempts, created_at, finished_at, failed_at)
       select sequence, $2, 'message.sent', '{}', 'exhausted', 'retries-used-up', 10, 1, 1, 1 from events`,
      [tenantId, laneId, count],
    );

  /** Four deliveries: three are exhausted, one was cancelled. The endpoint is paused. */
  async function missed() {
    const account = newAccount();
    const endpoint = await account.register();
    receiver.answer(500);
    for (const subject of ['a', 'b', 'c']) await account.publish(subject);
    await host.webhooks.runOnce();
    await host.dataSource.query(
      `update webhook_deliveries d set state = 'exhausted', reason = 'retries-used-up', next_at = null, failed_at = $2, finished_at = $2
         from webhook_lanes l where l.id = d.lane_id and l.tenant_id = $1 and d.state = 'pending'`,
      [account.tenantId, Date.parse('2026-11-20T10:00:00Z')],
    );
    await account.api.post(`/webhooks/${endpoint.id}/pause`);
    await account.publish('d');
    await host.webhooks.runOnce();
    const { id } = await first(account.api);
    await account.api.post(`/webhooks/deliveries/${id}/cancel`);
    receiver.answer(200);
    receiver.received.length = 0;
    return { ...account, endpoint };
  }

  it('in a dry run, counts the deliveries and changes nothing', async () => {
    const { api, endpoint } = await missed();
    const path = `/webhooks/${endpoint.id}/recover`;
    const { body } = await api.post(path, { since: '2026-11-20T09:00:00Z', dryRun: true }).expect(202);
    expect(body).toEqual({ dryRun: true, matched: 3, done: 0, left: 3, recovered: 0, more: false });
    const later = await api.post(path, { since: '2026-11-20T10:00:01Z', until: '2027-01-01', dryRun: true });
    expect(later.body.matched).toBe(0);
    expect(await list(api, '/webhooks/deliveries?state=exhausted')).toMatchObject({ data: [{}, {}, {}] });
  });

  it('sends the missed deliveries again, but not cancelled ones, when the endpoint is resumed', async () => {
    const { api, endpoint } = await missed();
    const { body } = await api
      .post(`/webhooks/${endpoint.id}/recover`, { since: '2026-11-20T09:00:00Z' })
      .expect(202);
    expect(body).toEqual({ dryRun: false, matched: 3, done: 3, left: 0, recovered: 3, more: false });
    await host.webhooks.runOnce();
    expect(receiver.received).toEqual([]);
    await api.post(`/webhooks/${endpoint.id}/resume`);
    await host.webhooks.runOnce();
    expect(receiver.received.map(({ body: sent }) => JSON.parse(sent).data.message.id).toSorted()).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('works in batches, and recovers each delivery once even if several callers recover at the same time', async () => {
    const { api, tenantId, register } = newAccount();
    const endpoint = await register({ active: false });
    await insertExhausted(tenantId, endpoint.publicNo, 1200);
    const answers = await Promise.all(
      [1, 2, 3].map(() => api.post(`/webhooks/${endpoint.id}/recover`, { since: '1970-01-01' }).expect(202)),
    );
    expect(answers.reduce((sum, { body }) => sum + body.recovered, 0)).toBe(1200);
    const [{ n, rounds }] = await host.dataSource.query(
      `select count(*)::int as n, max(attempts_before)::int as rounds from webhook_deliveries where lane_id = $1 and state = 'pending'`,
      [endpoint.publicNo],
    );
    expect([n, rounds]).toEqual([1200, 10]);
  });

  it('reports its progress after each batch', async () => {
    const { tenantId, register } = newAccount();
    const endpoint = await register({ active: false });
    await insertExhausted(tenantId, endpoint.publicNo, 700);
    const seen: Progress[] = [];
    const result = await host.webhooks.endpoints.recover(
      tenantId,
      endpoint.id,
      { since: '1970-01-01' },
      { onProgress: (progress) => void seen.push(progress) },
    );
    expect(seen).toEqual([
      { matched: 700, done: 500, left: 200 },
      { matched: 700, done: 700, left: 0 },
    ]);
    expect(result).toEqual({ dryRun: false, ...seen[1], recovered: 700, more: false });
  });

  it('can be limited to one state', async () => {
    const { api, endpoint } = await missed();
    const body = { since: '2020-01-01', states: ['discarded'], dryRun: true };
    expect((await api.post(`/webhooks/${endpoint.id}/recover`, body)).body.matched).toBe(0);
  });
});
