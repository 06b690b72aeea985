import type { SubjectEventPage } from '../../libs/webhooks/src/store/delivery-store.js';
import type { DeliverySearch } from '../../libs/webhooks/src/store/searches/delivery-search.js';
import type { CommittedWork } from '../../libs/webhooks/src/store/store.js';
import { exhausted, leaseDue, type LeasedDelivery, leaseNew, record, retried, succeeded } from './leased.js';
import { addEndpoint, newEvent, publish, relayTo, toDelivery, useStore, withoutTime } from './support.js';

const NO_SUCH_UUID = '00000000-0000-7000-8000-000000000000';
const SEARCH: DeliverySearch = {
  limit: 10,
  before: '9223372036854775807',
  scan: 100,
  source: 'newest',
  endpoint: null,
};
const PAGE: SubjectEventPage = { limit: 10, maxDataBytes: 1_000 };
const ALL = { perEvent: 10, total: 10 };
const events = (count: number) => Array.from({ length: count }, () => newEvent());

describe('A store of deliveries', () => {
  const test = useStore();

  const find = async ({ id }: { id: string }) => withoutTime((await test.store.findDelivery('a', id))!);
  const search = async (fields: Partial<DeliverySearch> = {}, tenantId = 'a') => {
    const found = await test.store.searchDeliveries(tenantId, { ...SEARCH, ...fields });
    return found.deliveries.map(({ id }) => id);
  };
  const endpointOf = async (laneId: string) => {
    const all = await test.store.listEndpoints({ tenantId: 'a' }, { limit: 10 });
    return all.find(({ lane }) => lane.id === laneId)!;
  };
  /** Records each delivery as exhausted. Advances the clock by `stepMs` after each delivery. */
  async function fail(deliveries: LeasedDelivery[], stepMs = 0): Promise<void> {
    for (const delivery of deliveries) {
      await record(test, [exhausted(delivery)]);
      test.store.advanceClock(stepMs);
    }
  }

  describe('searchDeliveries', () => {
    it('returns the same deliveries from each source, newest first, and one more than the limit', async () => {
      const lane = await addEndpoint(test, {}, { ordering: 'none' });
      const leased = await leaseNew(
        test,
        lane,
        Array.from({ length: 4 }, () => newEvent({ subject: 's' })),
      );
      await fail(leased);
      const newestFirst = leased.map(({ id }) => id).toSorted((a, b) => Number(b) - Number(a));
      for (const fields of [{}, { source: 'failed' }, { source: 'subject', subject: 's' }] as const) {
        expect(await search(fields)).toEqual(newestFirst);
        expect(await search({ ...fields, limit: 2 })).toEqual(newestFirst.slice(0, 3));
        expect(await search({ ...fields, before: newestFirst[1]! })).toEqual(newestFirst.slice(2));
      }
    });

    it('filters by every field', async () => {
      const lane = await addEndpoint(test);
      const other = await addEndpoint(test);
      const [first] = await leaseNew(test, lane, [newEvent({ type: 'message.failed', subject: 's' })]);
      await fail([first!]);
      test.store.advanceClock(1_000);
      const [second] = await leaseNew(test, other, [newEvent({ test: true })]);
      const { createdAt } = await find(second!);
      const matches: Partial<DeliverySearch>[] = [
        { endpoint: (await endpointOf(lane)).id },
        { states: ['exhausted'] },
        { eventType: 'message.failed' },
        { statusClass: '5xx' },
        { subject: 's' },
        { until: createdAt },
        { test: false },
      ];
      for (const fields of matches) expect(await search(fields)).toEqual([first!.id]);
      expect(await search({ since: createdAt })).toEqual([second!.id]);
      expect(await search({ statusClass: 'none' })).toEqual([second!.id]);
    });

    it('returns how far it has read', async () => {
      const lane = await addEndpoint(test);
      await leaseNew(test, lane, events(4));
      const all = await search();
      const delivered = { ...SEARCH, states: ['delivered' as const] };
      const short = await test.store.searchDeliveries('a', { ...delivered, limit: 2, scan: 3 });
      const { createdAt } = await find({ id: all[2]! });
      expect(short).toEqual({ deliveries: [], scanned: { floor: all[2], floorCreatedAt: createdAt } });
      const { createdAt: first } = await find({ id: all[3]! });
      const whole = await test.store.searchDeliveries('a', delivered);
      expect(whole).toEqual({ deliveries: [], scanned: { floor: null, floorCreatedAt: first } });
      const nothing = await test.store.searchDeliveries('b', SEARCH);
      expect(nothing.scanned).toEqual({ floor: null, floorCreatedAt: null });
    });

    it('reads the same number of rows of each lane, and returns the id down to which the result is complete', async () => {
      // Lane 1 has the deliveries 1 and 2, lane 2 has the deliveries 3 and 4, and so on. All of them have failed.
      await test.dataSource.query(
        `with lane as (
           insert into webhook_lanes (tenant_id, origin) select 'a', n::text from generate_series(1, 210) n returning id, origin::int as n
         ), event as (
           insert into webhook_events (sequence, id, tenant_id, type, occurred_at, created_at, data)
           values (1, gen_random_uuid(), 'a', 'message.sent', 1, 1, '{}')
         )
         insert into webhook_deliveries (id, event_sequence, lane_id, wire_type, body, state, created_at, failed_at)
         select 2 * n + i, 1, lane.id, 't' || i, '{}', 'exhausted', 2 * n + i, 1 from lane, generate_series(-1, 0) i`,
      );
      const look = async (source: 'newest' | 'failed', fields: Partial<DeliverySearch>) => {
        const { deliveries, scanned } = await test.store.searchDeliveries('a', {
          ...SEARCH,
          source,
          states: ['discarded'],
          ...fields,
        });
        return [deliveries.length, scanned.floor, scanned.floorCreatedAt];
      };
      for (const source of ['newest', 'failed'] as const) {
        // Ten lanes are not read. Their newest delivery is 20.
        expect(await look(source, { limit: 10 })).toEqual([0, '21', 21]);
        // One delivery of each lane is read, so the result is complete only down to 420.
        expect(await look(source, { limit: 0, scan: 1 })).toEqual([0, '420', 420]);
        // Only three lanes have deliveries below 6, and all three are read.
        expect(await look(source, { before: '6' })).toEqual([0, null, 1]);
      }
      // If the filter matches the deliveries, a page and the next page are complete, even if they span lanes.
      const page = { states: ['exhausted' as const], limit: 2, scan: 3 };
      expect(await search({ ...page, source: 'failed' })).toEqual(['420', '419', '418']);
      expect(await search({ ...page, source: 'failed', before: '419' })).toEqual(['418', '417', '416']);
    });
  });

  it('returns a delivery in the same form by its id, in a search and by its event', async () => {
    const lane = await addEndpoint(test);
    const [delivery] = (await leaseNew(test, lane, [newEvent({ subject: 's' })])) as [LeasedDelivery];
    // The lane is on hold for longer than the delivery waits.
    await record(test, [{ ...retried(delivery, 1_000), pauseLaneMs: 30_000 }]);
    const { body, responseHeaders, profile, customHeaders, isWithoutSecret, ...alone } = await find(delivery);
    const { deliveries } = await test.store.searchDeliveries('a', SEARCH);
    const byEvent = await test.store.listDeliveriesOfEvents('a', [alone.eventSequence], ALL);
    expect({ body, responseHeaders, profile, customHeaders, isWithoutSecret }).toEqual({
      body: '{}',
      responseHeaders: null,
      profile: 'standard',
      customHeaders: null,
      isWithoutSecret: true,
    });
    expect(alone).toMatchObject({ state: 'pending', subject: 's', url: 'https://example.com/hooks' });
    expect(alone.nextAt! - alone.attemptAt!).toBeGreaterThan(29_000);
    expect(deliveries.map(withoutTime)).toEqual([alone]);
    expect(byEvent.map(withoutTime)).toEqual([alone]);
    expect(await test.store.listDeliveryIdsOfEvent('a', alone.eventId)).toEqual([delivery.id]);
  });

  it('returns nothing of another tenant', async () => {
    const lane = await addEndpoint(test);
    const [delivery] = (await leaseNew(test, lane, [newEvent({ subject: 's' })])) as [LeasedDelivery];
    const { eventSequence, eventId, endpointId } = await find(delivery);
    const { store } = test;
    expect(await search({}, 'b')).toEqual([]);
    expect(await store.findDelivery('b', delivery.id)).toBeNull();
    expect(await store.listDeliveriesOfEvents('b', [eventSequence], ALL)).toEqual([]);
    expect(await store.listDeliveryIdsOfEvent('b', eventId)).toEqual([]);
    expect(await store.hasLane('b', endpointId!)).toBe(false);
    expect(await store.findLane('b', endpointId!)).toBeNull();
    expect(await store.listSubjectEvents('b', 's', PAGE)).toEqual({ events: [], hasMore: false });
    expect(await store.listSubscribers('b', { from: 0, to: 0 })).toEqual({ endpoints: [], hasMore: false });
    expect(await store.transaction((tx) => tx.lockDelivery('b', delivery.id))).toBeNull();
  });

  it('finds the lane of an endpoint, and returns the current time with it', async () => {
    const lane = await addEndpoint(test);
    const { id } = await endpointOf(lane);
    test.store.advanceClock(3_600_000);
    const found = await test.store.findLane('a', id);
    expect(found).toMatchObject({ id: lane, state: 'open' });
    expect(found!.now).toBeGreaterThan(Date.now() + 3_000_000);
    expect(await test.store.hasLane('a', id)).toBe(true);
    expect(await test.store.hasLane('a', NO_SUCH_UUID)).toBe(false);
    expect(await test.store.findLane('a', NO_SUCH_UUID)).toBeNull();
  });

  describe('requeueDeliveries', () => {
    it('makes finished and waiting deliveries due now, changes no other deliveries, and wakes workers at the commit', async () => {
      const lane = await addEndpoint(test);
      const leased = await leaseNew(test, lane, events(3));
      const [first, second, third] = leased as [LeasedDelivery, LeasedDelivery, LeasedDelivery];
      await record(test, [exhausted(first), retried(second, 60_000)]);
      const [waiting, sending] = [await find(second), await find(third)];
      const heard: CommittedWork[] = [];
      test.store.onCommit((work) => heard.push(work));
      const detach = test.store.attach();
      const ids = leased.map(({ id }) => id);
      await test.store.transaction((tx) => tx.requeueDeliveries(lane, ids));
      await new Promise((resolve) => setImmediate(resolve));
      detach();
      expect(heard).toEqual([{ events: false, eventTypes: [], lanes: true, written: [], isAnnounced: true }]);
      expect(await find(first)).toMatchObject({
        state: 'pending',
        reason: null,
        attempts: 1,
        status: 500,
        finishedAt: null,
      });
      const hurried = await find(second);
      expect(hurried).toEqual({ ...waiting, nextAt: hurried.nextAt });
      expect(hurried.nextAt).toBeLessThan(waiting!.nextAt! - 50_000);
      expect(await find(third)).toEqual(sending);
      expect(await leaseDue(test)).toMatchObject([{ id: first.id }, { id: second.id }]);
    });

    it('does nothing if its transaction rolls back', async () => {
      const lane = await addEndpoint(test);
      const [delivery] = (await leaseNew(test, lane)) as [LeasedDelivery];
      await fail([delivery]);
      const before = await find(delivery);
      const heard: CommittedWork[] = [];
      test.store.onCommit((work) => heard.push(work));
      const detach = test.store.attach();
      const work = test.store.transaction(async (tx) => {
        await tx.requeueDeliveries(lane, [delivery.id]);
        throw new Error('rolled back');
      });
      await expect(work).rejects.toThrow('rolled back');
      await new Promise((resolve) => setImmediate(resolve));
      detach();
      expect(heard).toEqual([]);
      expect(await find(delivery)).toEqual(before);
    });

    it('makes a delivery of a failing lane due at once, too', async () => {
      const lane = await addEndpoint(test);
      const leased = await leaseNew(test, lane, events(5));
      await fail(leased);
      await test.store.transaction((tx) => tx.requeueDeliveries(lane, [leased[0]!.id]));
      expect(await leaseDue(test)).toMatchObject([{ id: leased[0]!.id, isExclusive: true }]);
    });
  });

  it('locks a delivery with its lane until the transaction ends', async () => {
    const lane = await addEndpoint(test);
    const [delivery] = (await leaseNew(test, lane)) as [LeasedDelivery];
    await fail([delivery]);
    await test.store.transaction(async (tx) => {
      expect(await tx.lockDelivery('a', delivery.id)).toEqual({
        id: delivery.id,
        laneId: lane,
        laneState: 'open',
        state: 'exhausted',
        reason: 'retries-used-up',
        isErased: false,
      });
      const until = test.store.now() + 60_000;
      const failed = { laneId: lane, states: ['exhausted'] as const, since: 0, until, limit: 10 };
      expect(await test.store.transaction((other) => other.lockFailedDeliveries(failed))).toEqual([]);
      expect(await test.store.countFailedDeliveries(failed)).toBe(1);
    });
  });

  it('cancels a delivery that waits, but not a delivery that is being sent or has finished', async () => {
    const lane = await addEndpoint(test);
    const leased = await leaseNew(test, lane, events(3));
    const [waiting, sending, delivered] = leased as [LeasedDelivery, LeasedDelivery, LeasedDelivery];
    await record(test, [retried(waiting, 60_000), succeeded(delivered)]);
    const cancel = () =>
      test.store.transaction(async (tx) => {
        for (const { id } of leased) await tx.cancelDelivery(id);
      });
    await cancel();
    const cancelled = await find(waiting);
    expect(cancelled).toMatchObject({ state: 'discarded', reason: 'cancelled', nextAt: null });
    expect(await find(sending)).toMatchObject({ state: 'sending' });
    expect(await find(delivered)).toMatchObject({ state: 'delivered' });
    await cancel();
    expect(await find(waiting)).toEqual(cancelled);
  });

  describe('lockFailedDeliveries', () => {
    it('finds the earliest failures of a range of time, up to the limit; countFailedDeliveries counts them', async () => {
      const lane = await addEndpoint(test);
      const leased = await leaseNew(test, lane, events(4));
      await fail(leased, 1_000);
      const ids = leased.map(({ id }) => id);
      const ends = await Promise.all(leased.map(async (each) => (await find(each)).finishedAt!));
      const range = { laneId: lane, states: ['exhausted'] as const, since: ends[1]!, until: ends[3]! };
      const lock = (limit: number) =>
        test.store.transaction((tx) => tx.lockFailedDeliveries({ ...range, limit }));
      expect(await lock(10)).toEqual(ids.slice(1, 3));
      expect(await lock(1)).toEqual(ids.slice(1, 2));
      expect(await test.store.countFailedDeliveries({ ...range, limit: 10 })).toBe(2);
      expect(await test.store.countFailedDeliveries({ ...range, limit: 1 })).toBe(1);
      expect(await test.store.countFailedDeliveries({ ...range, states: ['discarded'], limit: 10 })).toBe(0);
    });

    it('skips deliveries that are tests, were cancelled, or are locked by another transaction', async () => {
      const lane = await addEndpoint(test);
      const [sent, cancelled] = await leaseNew(test, lane, events(2));
      const [tested] = await leaseNew(test, lane, [newEvent({ test: true })]);
      await record(test, [exhausted(sent!), retried(cancelled!, 60_000), exhausted(tested!)]);
      await test.store.transaction((tx) => tx.cancelDelivery(cancelled!.id));
      const until = test.store.now() + 60_000;
      const states = ['exhausted', 'discarded'] as const;
      const range = { laneId: lane, states, since: 0, until, limit: 10 };
      await test.store.transaction(async (tx) => {
        expect(await tx.lockFailedDeliveries(range)).toEqual([sent!.id]);
        expect(await test.store.transaction((other) => other.lockFailedDeliveries(range))).toEqual([]);
        expect(await test.store.countFailedDeliveries(range)).toBe(1);
      });
    });
  });

  describe('The report on a subject', () => {
    it('lists its events, newest first, and which of them are not relayed', async () => {
      const lane = await addEndpoint(test);
      await publish(test, newEvent({ subject: 's' }), newEvent({ subject: 'other' }));
      await relayTo(test, lane);
      await publish(test, newEvent({ subject: 's', data: '{"n":2}', test: true }));
      const list = (page: Partial<SubjectEventPage> = {}) =>
        test.store.listSubjectEvents('a', 's', { ...PAGE, ...page });
      const { events: all, hasMore } = await list();
      const [second, first] = all;
      expect([all.length, hasMore]).toEqual([2, false]);
      expect(second).toMatchObject({ subject: 's', data: { n: 2 }, test: true });
      expect(await list({ limit: 1 })).toEqual({ events: [second], hasMore: true });
      expect(await list({ before: second!.sequence })).toEqual({ events: [first], hasMore: false });
      // `{"n":2}` and `{"message":1}` have 20 bytes together.
      expect(await list({ maxDataBytes: 20 })).toEqual({ events: all, hasMore: false });
      expect(await list({ maxDataBytes: 19 })).toEqual({ events: [second], hasMore: true });
      expect(await list({ maxDataBytes: 0 })).toEqual({ events: [second], hasMore: true });
      const unrelayed = await test.store.listUnrelayed([first!.sequence, second!.sequence]);
      expect(unrelayed).toEqual(new Set([second!.sequence]));
    });

    it('lists the first deliveries of each event, up to a limit for each event and a limit in total', async () => {
      const [first, second] = [await addEndpoint(test), await addEndpoint(test)];
      await publish(test, newEvent(), newEvent());
      await test.store.transaction(async (tx) => {
        const { events: claimed } = await tx.claimEvents(10);
        const lanes = await tx.readDestinationsOfLanes([first, second]);
        const deliveries = claimed.flatMap((event) => lanes.map((lane) => toDelivery(event, lane)));
        await tx.insertDeliveries(
          deliveries,
          claimed.map(({ sequence }) => sequence),
          '0',
        );
      });
      const all = (await search()).toReversed();
      const [early, late] = [
        (await find({ id: all[0]! })).eventSequence,
        (await find({ id: all[3]! })).eventSequence,
      ];
      const list = async (perEvent: number, total: number) =>
        (await test.store.listDeliveriesOfEvents('a', [late, early], { perEvent, total })).map(
          ({ id }) => id,
        );
      expect(await list(2, 4)).toEqual([all[2], all[3], all[0], all[1]]);
      expect(await list(1, 4)).toEqual([all[2], all[0]]);
      expect(await list(2, 3)).toEqual([all[2], all[3], all[0]]);
    });

    it('lists live endpoints, and deleted endpoints that existed within a range of time, oldest first', async () => {
      await addEndpoint(test, { createdAt: 1_000, deletedAt: 5_000 });
      const present = await addEndpoint(test, { createdAt: 2_000, description: 'present' });
      const { id } = await endpointOf(present);
      const list = async (from: number, to: number) => {
        const { endpoints, hasMore } = await test.store.listSubscribers('a', { from, to });
        expect(hasMore).toBe(false);
        return endpoints;
      };
      expect(await list(5_000, 6_000)).toEqual([
        expect.objectContaining({ createdAt: 1_000, deletedAt: 5_000 }),
        expect.objectContaining({ id, description: 'present', events: ['*'], deletedAt: null }),
      ]);
      expect(await list(5_001, 6_000)).toMatchObject([{ id }]);
      expect(await list(500, 999)).toMatchObject([{ id }]);
    });

    it('lists at most 100 live and 50 deleted endpoints, and says if there may be more', async () => {
      /** Inserts `count` endpoints of a tenant, created at 1, 2, … */
      const insert = (tenantId: string, count: number, deletedAt: number | null) =>
        test.dataSource.query(
          `insert into webhook_endpoints
             (id, tenant_id, url, events, profile, secrets, skip_error_codes, state_at, created_at, updated_at, deleted_at)
           select gen_random_uuid(), $1, 'https://example.com', '["*"]', 'standard', '[]', '[]', 1, n, n, $3::bigint
             from generate_series(1, $2::int) n`,
          [tenantId, count, deletedAt],
        );
      await insert('live', 100, null);
      await insert('more', 101, null);
      await insert('more', 51, 5_000);
      await insert('gone', 50, 5_000);
      await insert('rotated', 500, 4_000);
      const seen = async (tenantId: string) => {
        const { endpoints, hasMore } = await test.store.listSubscribers(tenantId, { from: 5_000, to: 5_000 });
        const live = endpoints.filter(({ deletedAt }) => deletedAt === null);
        return { live: live.length, deleted: endpoints.length - live.length, hasMore };
      };
      expect(await seen('live')).toEqual({ live: 100, deleted: 0, hasMore: false });
      expect(await seen('more')).toEqual({ live: 100, deleted: 50, hasMore: true });
      expect(await seen('gone')).toEqual({ live: 0, deleted: 50, hasMore: false });
      expect(await seen('rotated')).toEqual({ live: 0, deleted: 0, hasMore: true });
    });
  });
});
