import type { Calls } from '../support/webhooks-host.js';
import { host, list, message, newAccount, receiver, useCustomers } from './customers.js';
import { itForAll } from '../support/it-for-all.js';

useCustomers();

describe('Lists of deliveries', () => {
  let api: Calls;
  let hooks: { id: string }[];

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
    await host.dataSource.query(
      `update webhook_deliveries set state = 'exhausted', reason = 'retries-used-up', failed_at = 1, finished_at = 1, next_at = null
        where state = 'pending'`,
    );
  });

  const subjects = async (path: string) =>
    (await list(api, path)).data.map(({ event }: { event: { subject: string } }) => event.subject);

  it('are newest first, over all endpoints or of one', async () => {
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
    ['subject=msg_3', 1],
    ['subject=msg_3&state=exhausted', 0],
    ['subject=msg_6&statusClass=4xx', 2],
    ['since=2020-01-01', 7],
    ['until=2020-01-01T00:00:00Z', 0],
    ['since=2020-01-01T00:00:00%2B03:00&until=2099-01-01', 7],
    ['test=true', 0],
    ['test=false', 7],
    ['limit=2', 2],
  ])('find what each filter says', async ([query, count]) => {
    expect(await subjects(`/webhooks/deliveries?${query}`)).toHaveLength(count);
  });

  it.each(['', '&state=delivered,exhausted', '&statusClass=2xx', '&state=exhausted'])(
    'come in pages that neither repeat nor miss one (%s)',
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

  it('of a deleted endpoint stay, and of one that never was are a 404', async () => {
    await api.delete(`/webhooks/${hooks[1]!.id}`).expect(204);
    expect(await subjects(`/webhooks/${hooks[1]!.id}/deliveries`)).toEqual(['msg_6']);
    await api.get(`/webhooks/wh_${'0'.repeat(26)}/deliveries`).expect(404);
  });
});

describe('A long log', () => {
  /** 2500 deliveries of long ago, to the account's last endpoint. */
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

  it('is searched a piece at a time: a page may be short, and its cursor goes on', async () => {
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

  it('is left where its rows are older than what is asked for', async () => {
    const { api, tenantId, register } = newAccount();
    await register();
    await insertHay(tenantId);
    expect(await list(api, '/webhooks/deliveries?since=2020-01-01')).toEqual({ data: [], nextCursor: null });
    expect((await list(api, '/webhooks/deliveries?eventType=nothing')).nextCursor).toMatch(/^dlv_/);
  });
});
