import { first, host, list, newAccount, receiver, useCustomers } from './customers.js';

useCustomers();

describe('Recovering what an endpoint missed', () => {
  /** Three that were used up, one that was cancelled, one that arrived. */
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

  it('counts first where it is asked to, and changes nothing', async () => {
    const { api, endpoint } = await missed();
    const path = `/webhooks/${endpoint.id}/recover`;
    const { body } = await api.post(path, { since: '2026-11-20T09:00:00Z', dryRun: true }).expect(202);
    expect(body).toEqual({ dryRun: true, matched: 3, recovered: 0, more: false });
    const later = await api.post(path, { since: '2026-11-20T10:00:01Z', until: '2027-01-01', dryRun: true });
    expect(later.body.matched).toBe(0);
    expect(await list(api, '/webhooks/deliveries?state=exhausted')).toMatchObject({ data: [{}, {}, {}] });
  });

  it('sends them again, the earliest first, but not what was cancelled', async () => {
    const { api, endpoint } = await missed();
    const { body } = await api
      .post(`/webhooks/${endpoint.id}/recover`, { since: '2026-11-20T09:00:00Z' })
      .expect(202);
    expect(body).toEqual({ dryRun: false, matched: 3, recovered: 3, more: false });
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

  it('is done in batches, by several callers at once, each delivery once', async () => {
    const { api, tenantId, register } = newAccount();
    const endpoint = await register({ active: false });
    await host.dataSource.query(
      `with events as (
         insert into webhook_events (id, tenant_id, type, occurred_at, created_at, data, test)
         select gen_random_uuid(), $1, 'message.sent', 1, 1, '{}', false from generate_series(1, 1200)
         returning sequence
       )
       insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, reason, attempts, created_at, finished_at, failed_at)
       select sequence, $2, 'message.sent', '{}', 'exhausted', 'retries-used-up', 10, 1, 1, 1 from events`,
      [tenantId, endpoint.publicNo],
    );
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

  it('takes one state alone where it is asked to', async () => {
    const { api, endpoint } = await missed();
    const body = { since: '2020-01-01', states: ['discarded'], dryRun: true };
    expect((await api.post(`/webhooks/${endpoint.id}/recover`, body)).body.matched).toBe(0);
  });
});
