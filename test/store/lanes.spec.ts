import { WebhookDeliveryRow } from '../../libs/webhooks/src/store/schema/delivery.entity.js';
import { WebhookLaneRow } from '../../libs/webhooks/src/store/schema/lane.entity.js';
import type { ClaimedDelivery, LaneClaim } from '../../libs/webhooks/src/store/lane-store.js';
import { addEndpoint, newEvent, publish, relayTo, skipping, toDelivery, useStore } from './support.js';

const LEASE_MS = 60_000;
const NO_WORK = {
  hasEvents: false,
  dueInMs: null,
  failingDueInMs: null,
  hasExpiredLeases: false,
  hasClosedBacklog: false,
  hasAlerts: false,
  hasChanges: false,
  hasJobs: false,
  hasPauses: false,
};

describe('The lanes of a store', () => {
  const test = useStore();

  /** Adds a lane, and relays to it `count` new events and all earlier events that are not relayed yet. */
  async function laneWith(count: number, lane: Parameters<typeof addEndpoint>[2] = {}): Promise<string> {
    const laneId = await addEndpoint(test, {}, lane);
    if (count > 0) await publish(test, ...Array.from({ length: count }, () => newEvent()));
    await relayTo(test, laneId);
    return laneId;
  }

  const dueLanes = (count = 10, skipLanes: string[] = []) =>
    test.store.transaction(async (tx) =>
      (await tx.claimLanes(count, skipping(skipLanes))).map(({ laneId }) => laneId),
    );

  interface Claim {
    count?: number;
    maxBytes?: number;
    depth?: number;
    maxSuspects?: number;
  }

  /** Claims from up to ten due lanes under a new lease. */
  async function claim({
    count = 10,
    maxBytes = 1_000_000,
    depth = 100,
    maxSuspects = 1,
  }: Claim = {}): Promise<ClaimedDelivery[]> {
    const { id } = await test.store.openLease('worker', LEASE_MS);
    return test.store.transaction(async (tx) => {
      const claims: LaneClaim[] = (await tx.claimLanes(10, skipping())).map((lane) => ({
        lane,
        count: Math.min(count, lane.allowance),
        retryCount: 0,
        maxBytes,
        depth,
      }));
      const terms = { id, leaseMs: LEASE_MS, exclusiveMs: LEASE_MS };
      return claims.length === 0 ? [] : tx.leaseDeliveries(claims, terms, maxSuspects);
    });
  }

  describe('checkForWork', () => {
    it('finds nothing in empty tables', async () => {
      expect(await test.store.checkForWork(skipping())).toEqual(NO_WORK);
    });

    it('finds events, due lanes except skipped lanes, backlogs of closed lanes, and expired leases', async () => {
      await publish(test, newEvent());
      expect(await test.store.checkForWork(skipping())).toEqual({ ...NO_WORK, hasEvents: true });
      const lane = await laneWith(0);
      expect(await test.store.checkForWork(skipping())).toEqual({ ...NO_WORK, dueInMs: 0 });
      expect(await test.store.checkForWork(skipping([lane]))).toEqual(NO_WORK);
      await laneWith(1, { state: 'closed' });
      expect(await test.store.checkForWork(skipping([lane]))).toEqual({ ...NO_WORK, hasClosedBacklog: true });
      await test.store.openLease('worker', 1_000);
      expect(await test.store.checkForWork(skipping([lane]))).toMatchObject({ hasExpiredLeases: false });
      test.store.advanceClock(1_000);
      expect(await test.store.checkForWork(skipping([lane]))).toMatchObject({ hasExpiredLeases: true });
    });

    it('sets the clock', async () => {
      await test.store.checkForWork(skipping());
      const [{ now }] = (await test.dataSource.query(
        'select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now',
      )) as [{ now: number }];
      expect(Math.abs(test.store.now() - now)).toBeLessThan(10_000);
    });
  });

  describe('claimLanes', () => {
    it('takes open lanes that are due, the longest waiting first, up to the count', async () => {
      const first = await laneWith(1);
      test.store.advanceClock(10);
      const second = await laneWith(1);
      await laneWith(1, { state: 'paused' });
      await laneWith(1, { state: 'closed' });
      await laneWith(0);
      expect(await dueLanes()).toEqual([first, second]);
      expect(await dueLanes(1)).toEqual([first]);
      expect(await dueLanes(10, [first])).toEqual([second]);
    });

    it('skips lanes that another transaction holds, until that transaction ends', async () => {
      const lanes = [await laneWith(1), await laneWith(1)];
      await test.store.transaction(async (tx) => {
        const [held] = await tx.claimLanes(1, skipping());
        expect(await dueLanes()).toEqual(lanes.filter((lane) => lane !== held!.laneId));
      });
      expect(await dueLanes()).toHaveLength(2);
    });

    it('also takes failing lanes that are not due yet, if the caller asks for them', async () => {
      const lanes = test.dataSource.getRepository(WebhookLaneRow);
      await test.store.checkForWork(skipping()); // sets the clock
      const hour = test.store.now() + 3_600_000;
      const failing = await laneWith(1, { failures: 5 });
      for (const other of [{}, { failures: 5, holdUntil: hour }, { failures: 5, claimedUntil: hour }])
        await laneWith(1, other);
      const later = await laneWith(1, { failures: 5 });
      /**
       * The lanes that `claimLanes` takes before they are due. Tries again if the machine was so slow that they became
       * due.
       */
      const claimBefore = async (isEarly: boolean): Promise<string[]> => {
        for (;;) {
          const soon = test.store.now() + 200;
          await lanes.updateAll({ nextDueAt: soon });
          await lanes.update(later, { nextDueAt: hour });
          const claimed = await test.store.transaction((tx) => tx.claimLanes(10, skipping(), isEarly));
          if (test.store.now() < soon - 100) return claimed.map(({ laneId }) => laneId);
        }
      };
      expect(await claimBefore(true)).toEqual([failing]);
      expect(await claimBefore(false)).toEqual([]);
    });

    it('returns how many deliveries a lane allows, by its limits on concurrency and rate, and whether it is failing', async () => {
      const free = await laneWith(1);
      const narrow = await laneWith(1, { maxInFlight: 2 });
      const slow = await laneWith(1, { maxThroughputPerMinute: 60 });
      const failing = await laneWith(1, { failures: 5 });
      const lanes = await test.store.transaction((tx) => tx.claimLanes(10, skipping()));
      const of = (laneId: string) => lanes.find((lane) => lane.laneId === laneId);
      expect(of(free)).toMatchObject({ allowance: Infinity, hasLimits: false, isFailing: false });
      expect(of(narrow)).toMatchObject({ allowance: 2, hasLimits: true });
      expect(of(slow)).toMatchObject({ allowance: 1, hasLimits: true, requestIntervalUs: 1_000_000 });
      expect(of(failing)).toMatchObject({ allowance: Infinity, isFailing: true });
    });
  });

  describe('leaseDeliveries', () => {
    it('leases each due delivery once, with its event; the next call leases the next deliveries', async () => {
      const lane = await laneWith(3);
      const first = await claim({ count: 2 });
      expect(first).toHaveLength(2);
      expect(first[0]).toMatchObject({
        laneId: lane,
        wireType: 'message.sent',
        eventType: 'message.sent',
        body: '{}',
        attempts: 0,
        attemptAt: null,
        claims: 1,
        subject: null,
        test: false,
      });
      const second = await claim();
      expect(second).toHaveLength(1);
      expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(3);
      expect(await claim()).toEqual([]);
    });

    it('moves the lane to the back of the queue if it has more due deliveries; otherwise makes it due when its leases end', async () => {
      const lane = await laneWith(2);
      test.store.advanceClock(10);
      const other = await laneWith(1);
      await claim({ count: 1 });
      expect(await dueLanes()).toEqual([lane]);
      await claim();
      expect(await dueLanes()).toEqual([]);
      const { dueInMs } = await test.store.checkForWork(skipping());
      expect(dueInMs).toBeGreaterThan(0);
      expect(dueInMs).toBeLessThanOrEqual(LEASE_MS);
      test.store.advanceClock(LEASE_MS);
      expect(await dueLanes()).toEqual(expect.arrayContaining([lane, other]));
    });

    it('counts what it takes from a lane with limits', async () => {
      await laneWith(3, { maxInFlight: 2 });
      expect(await claim()).toHaveLength(2);
      expect(await claim()).toEqual([]);
      await laneWith(3, { maxThroughputPerMinute: 60 });
      expect(await claim()).toHaveLength(1);
      expect(await claim()).toEqual([]);
      test.store.advanceClock(2_000);
      expect((await claim()).length).toBeGreaterThan(0);
    });

    it('takes one delivery of a subject at a time, in order', async () => {
      const lane = await addEndpoint(test);
      await publish(test, ...['m1', 'm1', 'm2'].map((subject) => newEvent({ subject })));
      await relayTo(test, lane);
      expect((await claim()).map(({ subject }) => subject)).toEqual(['m1', 'm2']);
      test.store.advanceClock(1_000);
      expect(await claim()).toEqual([]);
    });

    it('takes large bodies up to the limit on bytes, and always takes the first body unless the limit is 0; small bodies always fit', async () => {
      const lane = await addEndpoint(test);
      const lengths = [10_000, 300, 10_000, 10_000, 300];
      await publish(test, ...lengths.map(() => newEvent()));
      const [destination] = await test.store.readDestinationsOfLanes([lane]);
      await test.store.transaction(async (tx) => {
        const { events } = await tx.claimEvents(10);
        const deliveries = events.map((event, i) => ({
          ...toDelivery(event, destination!),
          body: 'x'.repeat(lengths[i]!),
        }));
        await tx.insertDeliveries(
          deliveries,
          events.map(({ sequence }) => sequence),
          '0',
        );
      });
      const claimLengths = async (maxBytes: number) =>
        (await claim({ maxBytes })).map(({ body }) => body.length);
      expect(await claimLengths(20_000)).toEqual([10_000, 300, 10_000, 300]);
      expect(await claimLengths(0)).toEqual([]);
      test.store.advanceClock(250);
      expect(await claimLengths(1)).toEqual([10_000]);
    });

    it('takes at most `maxSuspects` deliveries that were claimed twice without an outcome', async () => {
      await laneWith(2);
      for (let claims = 1; claims <= 2; claims++) {
        expect(await claim()).toHaveLength(2);
        test.store.advanceClock(LEASE_MS);
      }
      expect(await claim({ maxSuspects: 0 })).toEqual([]);
      test.store.advanceClock(1_000);
      expect(await claim({ maxSuspects: 1 })).toMatchObject([{ claims: 3 }]);
    });

    it('leases nothing if its transaction rolls back', async () => {
      const lane = await laneWith(1);
      const { id } = await test.store.openLease('worker', LEASE_MS);
      const rolledBack = test.store.transaction(async (tx) => {
        const [due] = await tx.claimLanes(1, skipping());
        const terms = { id, leaseMs: LEASE_MS, exclusiveMs: LEASE_MS };
        const claims = [{ lane: due!, count: 1, retryCount: 0, maxBytes: 0, depth: 10 }];
        expect(await tx.leaseDeliveries(claims, terms, 1)).toHaveLength(1);
        throw new Error('the worker failed');
      });
      await expect(rolledBack).rejects.toThrow('the worker failed');
      expect(await dueLanes()).toEqual([lane]);
      expect(await claim()).toMatchObject([{ claims: 1 }]);
    });
  });

  it('advanceUnheld moves to the front the deliveries that subject order does not hold back, so that the next claim finds them', async () => {
    const laneId = await addEndpoint(test, {}, { ordering: 'strict' });
    await publish(test, ...['held', 'held', 'held', 'b', 'c'].map((subject) => newEvent({ subject })));
    await relayTo(test, laneId);
    const deliveries = test.dataSource.getRepository(WebhookDeliveryRow);
    const [first] = await deliveries.find({ order: { id: 'ASC' }, take: 1 });
    const waiting = { attempts: 1, retry: true, nextAt: test.store.now() + LEASE_MS };
    await deliveries.update({ id: first!.id }, waiting);
    expect(await claim({ depth: 2 })).toEqual([]);
    expect(await test.store.findDeepLanes([laneId], 4)).toEqual([]);
    expect(await test.store.advanceUnheld(laneId, 10)).toBe(0);
    expect(await test.store.findDeepLanes([laneId], 3)).toEqual([laneId]);
    expect(await test.store.advanceUnheld(laneId, 2)).toBe(2);
    await test.dataSource.getRepository(WebhookLaneRow).update({ id: laneId }, { nextDueAt: 1 });
    const claimed = await claim({ depth: 2 });
    expect(claimed.map(({ subject }) => subject)).toEqual(['b', 'c']);
    expect(await test.store.advanceUnheld(laneId, 1)).toBe(0);
  });

  describe('Leases', () => {
    it('have increasing ids, and are returned with the number of workers that hold a lease', async () => {
      const first = await test.store.openLease('one', LEASE_MS);
      expect(first.workers).toBe(1);
      const second = await test.store.openLease('two', LEASE_MS);
      expect(second.workers).toBe(2);
      expect(BigInt(second.id)).toBeGreaterThan(BigInt(first.id));
      expect(await test.store.openLease('one', LEASE_MS)).toMatchObject({ workers: 2 });
      test.store.advanceClock(LEASE_MS);
      expect(await test.store.openLease('one', LEASE_MS)).toMatchObject({ workers: 1 });
    });

    it('can be deleted more than once', async () => {
      const { id } = await test.store.openLease('one', 0);
      expect(await test.store.checkForWork(skipping())).toMatchObject({ hasExpiredLeases: true });
      await test.store.deleteLeases([id]);
      await test.store.deleteLeases([id]);
      await test.store.deleteLeases([]);
      expect(await test.store.checkForWork(skipping())).toEqual(NO_WORK);
    });
  });
});
