import type { Calls } from '../support/webhooks-host.js';
import { host, list, message, newAccount, receiver, useCustomers } from './customers.js';

useCustomers();

describe('The history of a message', () => {
  it('shows its events with their deliveries, and why other endpoints did not get these events', async () => {
    const { api, register, publish } = newAccount();
    const got = await register();
    const numbers = await register({ phoneNumbers: ['+256700000009'] });
    const other = await register({ events: ['call.missed'] });
    const wordless = await register({ profile: 'httpsms', events: ['phone.*'] });
    const dead = await register();
    const disabled = await register();
    await host.dataSource.query(
      `update webhook_endpoints e set state = 'disabled', state_reason = 'endpoint-failing'
         from webhook_lanes l where l.endpoint_id = e.id and l.id = $1`,
      [disabled.publicNo],
    );
    const event = await publish('msg_77');
    await host.webhooks.runOnce();
    await api.delete(`/webhooks/${dead.id}`);
    const later = await register();

    const { data, nextCursor } = await list(api, '/webhooks/subjects/msg_77');
    expect(nextCursor).toBeNull();
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      id: event.id,
      type: 'message.delivered',
      relayed: true,
      test: false,
    });
    expect(data[0].deliveries.map(({ endpointId }: { endpointId: string }) => endpointId)).toEqual([
      got.id,
      dead.id,
    ]);
    const reasons = Object.fromEntries(
      data[0].skipped.map(({ endpointId, reason }: { endpointId: string; reason: string }) => [
        endpointId,
        reason,
      ]),
    );
    expect(reasons).toEqual({
      [numbers.id]: 'phone-numbers',
      [other.id]: 'events',
      [wordless.id]: 'events',
      [disabled.id]: 'disabled',
      [later.id]: 'created-later',
    });
    expect(data[0].skipped[0].explanation).toMatch(/phone numbers/);
    expect(data[0]).toMatchObject({ hasMoreDeliveries: false, hasMoreSkipped: false });
  });

  it('says if a profile cannot express an event, or if a callback took the place of the endpoints', async () => {
    const { api, register, publish } = newAccount();
    await register({ profile: 'msgine', events: ['*'], url: 'https://example.com/' });
    await publish('msg_1', { type: 'message.received', data: message('msg_1', { direction: 'in' }) });
    await publish('msg_2', { callbackUrl: receiver.url });
    await host.webhooks.runOnce();
    const reason = async (subject: string) =>
      (await list(api, `/webhooks/subjects/${subject}`)).data[0].skipped[0].reason;
    expect(await reason('msg_1')).toBe('profile-cannot-express');
    expect(await reason('msg_2')).toBe('callback-instead');
    const [callback] = (await list(api, '/webhooks/deliveries?subject=msg_2')).data;
    expect(callback).toMatchObject({ endpointId: null, url: receiver.url, state: 'delivered' });
  });

  it("is also available to the host's own code", async () => {
    const { api, tenantId, register, publish } = newAccount();
    await register();
    await publish('m1');
    await host.webhooks.runOnce();
    const told = await host.webhooks.subjects.list(tenantId, 'm1');
    expect(told.data).toMatchObject([{ type: 'message.delivered', deliveries: [{ state: 'delivered' }] }]);
    expect(told).toEqual(await list(api, '/webhooks/subjects/m1'));
  });

  it('comes in pages of at most a megabyte, whatever the customer has registered and deleted, and whatever receivers respond', async () => {
    const { api, tenantId, publish } = newAccount();
    const insertEndpoints = (count: number, deletedAt: number | null) =>
      host.dataSource.query(
        `with added as (
           insert into webhook_endpoints (id, tenant_id, url, events, profile, description, secrets, skip_error_codes,
                                          state_at, created_at, updated_at, deleted_at)
           select gen_random_uuid(), $1::varchar, 'https://example.com/' || repeat('"', 1990), $2::text, 'standard',
                  repeat('"', 500), '[]', '[]', 1, n, n, $3::bigint
             from generate_series(1, $4::int) n
           returning id, deleted_at
         )
         insert into webhook_lanes (tenant_id, endpoint_id, state)
         select $1, id, case when deleted_at is null then 'open' else 'closed' end from added`,
        [
          tenantId,
          JSON.stringify(Array.from({ length: 100 }, (_, i) => `${'x'.repeat(120)}.${i}`)),
          deletedAt,
          count,
        ],
      );
    await insertEndpoints(50, null);
    await insertEndpoints(1_500, 4_000_000_000_000);
    for (let i = 0; i < 25; i++) await publish('big');
    await host.webhooks.runOnce();
    // Half of the live endpoints responded with the longest response that is kept.
    await host.dataSource.query(
      `insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, created_at, finished_at, attempt_at, attempts, status, response)
       select e.sequence, l.id, 'message.delivered', '{}', 'delivered', 1, 1, 1, 1, 200, repeat('"', 4096)
         from webhook_events e
         join (select l.id, row_number() over () as n
                 from webhook_lanes l join webhook_endpoints w on w.id = l.endpoint_id
                where l.tenant_id = $1 and w.deleted_at is null) l on l.n <= 25
        where e.tenant_id = $1`,
      [tenantId],
    );
    const seen: { deliveries: object[]; skipped: { reason: string }[]; hasMoreSkipped: boolean }[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer: { text: string; body: { data: typeof seen; nextCursor: string | null } } = await api
        .get(`/webhooks/subjects/big?limit=100${cursor && `&cursor=${cursor}`}`)
        .expect(200);
      expect(answer.text.length).toBeLessThan(1_000_000);
      expect(answer.body.data.length).toBeGreaterThan(0);
      seen.push(...answer.body.data);
      cursor = answer.body.nextCursor;
    }
    expect(seen).toHaveLength(25);
    for (const { deliveries, skipped, hasMoreSkipped } of seen) {
      const live = skipped.filter(({ reason }) => reason === 'events');
      const deleted = skipped.filter(({ reason }) => reason === 'deleted');
      expect([deliveries.length, live.length, deleted.length, hasMoreSkipped]).toEqual([25, 25, 50, true]);
    }
    expect(seen[0]!.skipped.find(({ reason }) => reason === 'events')).toMatchObject({
      explanation: expect.stringMatching(/ and 90 more\)\.$/),
    });
  });

  describe('comes in pages', () => {
    const eventsInPages = async (api: Calls, subject: string): Promise<number[]> => {
      const counts: number[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: { data: object[]; nextCursor: string | null } = await list(
          api,
          `/webhooks/subjects/${subject}${cursor && `?cursor=${cursor}`}`,
        );
        counts.push(page.data.length);
        cursor = page.nextCursor;
      }
      return counts;
    };

    it('of at most 256 KB of event data', async () => {
      const { api, register, publish } = newAccount();
      await register();
      for (let i = 0; i < 5; i++)
        await publish('long', { data: message('long', { body: 'x'.repeat(100_000) }) });
      expect(await eventsInPages(api, 'long')).toEqual([2, 2, 1]);
    });

    it('of at most 200 deliveries', async () => {
      const { api, tenantId, register, publish } = newAccount();
      await register();
      for (let i = 0; i < 5; i++) await publish('busy');
      await host.dataSource.query(
        `insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, created_at)
         select e.sequence, l.id, 'message.' || n, '{}', 'delivered', 1
           from webhook_events e join webhook_lanes l using (tenant_id), generate_series(1, 90) n
          where e.tenant_id = $1`,
        [tenantId],
      );
      expect(await eventsInPages(api, 'busy')).toEqual([2, 2, 1]);
    });
  });

  it('says if a single event is too large for a page', async () => {
    const { api, tenantId, register, publish } = newAccount();
    await register();
    await publish('wide');
    await host.webhooks.runOnce();
    await host.dataSource.query(
      `insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, created_at, attempt_at, attempts, response)
       select e.sequence, l.id, 'message.' || n, '{}', 'delivered', 1, 1, 1, repeat('"', $2::int)
         from webhook_events e join webhook_lanes l using (tenant_id), generate_series(1, 110) n
        where e.tenant_id = $1`,
      [tenantId, 10],
    );
    const read = async () => (await list(api, '/webhooks/subjects/wide')).data[0];
    const many = await read();
    expect([many.deliveries.length, many.hasMoreDeliveries, many.hasMoreSkipped]).toEqual([100, true, true]);
    await host.dataSource.query(
      `update webhook_deliveries set response = repeat('"', 10000)
        where lane_id in (select id from webhook_lanes where tenant_id = $1) and wire_type <> 'message.delivered'`,
      [tenantId],
    );
    const large = await read();
    expect(large.deliveries.length).toBeLessThan(50);
    expect([large.hasMoreDeliveries, large.hasMoreSkipped]).toEqual([true, true]);
  });

  it('comes in pages, and is empty for an unknown message', async () => {
    const { api, publish } = newAccount();
    for (let i = 0; i < 3; i++) await publish('phone 1/2');
    const path = `/webhooks/subjects/${encodeURIComponent('phone 1/2')}`;
    const page = await list(api, `${path}?limit=2`);
    expect(page.data).toHaveLength(2);
    const rest = await list(api, `${path}?limit=2&cursor=${page.nextCursor}`);
    expect([rest.data.length, rest.nextCursor]).toEqual([1, null]);
    expect(await list(api, '/webhooks/subjects/nothing')).toEqual({ data: [], nextCursor: null });
  });
});
