import { WebhookDeliveryRow } from '../../libs/webhooks/src/store/schema/delivery.entity.js';
import { FAILING_LANE_STEP_MS, SMALL_BATCH } from '../../libs/webhooks/src/store/lane-rules.js';
import type { FailureAlert } from '../../libs/webhooks/src/store/outcome-store.js';
import {
  exhausted,
  handedOver,
  leaseDue,
  type LeasedDelivery,
  leaseNew,
  record,
  retried,
  returned,
  succeeded,
} from './leased.js';
import { addEndpoint, newEvent, publish, relayTo, skipping, useStore, withoutTime } from './support.js';

/** Sizes of batches. The statement has one form up to SMALL_BATCH, and another form above it. */
const SIZES = [2, SMALL_BATCH, SMALL_BATCH + 1];
const NOTHING = { healthChanges: [], stopped: [], dueLanes: [] };
const events = (count: number) => Array.from({ length: count }, () => newEvent());

describe('The outcomes of a store', () => {
  const test = useStore();

  const find = async ({ id }: LeasedDelivery) => withoutTime((await test.store.findDelivery('a', id))!);
  const attemptsOf = ({ id }: LeasedDelivery) => test.store.listAttempts(id);

  describe('recordOutcomes', () => {
    it('writes results and attempts, and returns the ids of what it wrote', async () => {
      const lane = await addEndpoint(test);
      const [first, second, third] = (await leaseNew(test, lane, events(3))) as [
        LeasedDelivery,
        LeasedDelivery,
        LeasedDelivery,
      ];
      const outcomes = [succeeded(first), exhausted(second), returned(third)];
      const { ids } = await record(test, outcomes);
      expect([...ids].toSorted()).toEqual([first.id, second.id, third.id].toSorted());
      expect(await find(first)).toMatchObject({
        state: 'delivered',
        attempts: 1,
        status: 200,
        error: null,
        response: '200',
        durationMs: 5,
        nextAt: null,
      });
      expect(await find(second)).toMatchObject({
        state: 'exhausted',
        reason: 'retries-used-up',
        attempts: 1,
        status: 500,
        error: 'http',
      });
      expect(await find(third)).toMatchObject({ state: 'pending', attempts: 0, attemptAt: null });
    });

    it('changes nothing and returns no ids when it is repeated; findRecordedOutcomes finds what was written', async () => {
      const lane = await addEndpoint(test);
      const [delivery, other] = (await leaseNew(test, lane, events(2))) as [LeasedDelivery, LeasedDelivery];
      const outcomes = [retried(delivery, 1_000)];
      expect(await test.store.findRecordedOutcomes(outcomes)).toEqual(new Set());
      await record(test, outcomes);
      const before = await find(delivery);
      expect(await record(test, outcomes)).toEqual({ ...NOTHING, ids: new Set() });
      expect(await find(delivery)).toEqual(before);
      const all = [...outcomes, succeeded(other)];
      expect(await test.store.findRecordedOutcomes(all)).toEqual(new Set([delivery.id]));
    });

    it('writes nothing for a delivery whose lease was lost', async () => {
      const lane = await addEndpoint(test);
      const [delivery] = (await leaseNew(test, lane)) as [LeasedDelivery];
      const before = await find(delivery);
      const { ids } = await record(test, [succeeded({ ...delivery, leaseId: '999' })]);
      expect(ids.size).toBe(0);
      expect(await find(delivery)).toEqual(before);
    });

    it('writes all outcomes or none', async () => {
      const lane = await addEndpoint(test);
      const [first, second] = (await leaseNew(test, lane, events(2))) as [LeasedDelivery, LeasedDelivery];
      const bad = succeeded(second);
      bad.attempt!.error = 'x'.repeat(33); // longer than its column
      await expect(record(test, [exhausted(first), bad])).rejects.toThrow();
      expect(await find(first)).toMatchObject({ state: 'sending', attempts: 0 });
    });

    it('keeps the attempts before the latest attempt, unless `history` is `false`', async () => {
      const lane = await addEndpoint(test);
      const [delivery] = (await leaseNew(test, lane)) as [LeasedDelivery];
      await record(test, [retried(delivery, 1_000)]);
      expect(await attemptsOf(delivery)).toEqual([]);
      test.store.advanceClock(1_000);
      const [again] = (await leaseDue(test)) as [LeasedDelivery];
      expect(again.attemptAt).not.toBeNull();
      await record(test, [retried(again, 1_000, 2)]);
      expect(await attemptsOf(delivery)).toMatchObject([
        { number: 1, startedAt: again.attemptAt, durationMs: 5, status: 503, error: 'http', response: '503' },
      ]);
      test.store.advanceClock(1_000);
      const [last] = (await leaseDue(test)) as [LeasedDelivery];
      await test.store.recordOutcomes([exhausted(last, 3)], [], [], { history: false });
      expect(await attemptsOf(delivery)).toHaveLength(1);
      expect(await find(delivery)).toMatchObject({ state: 'exhausted', attempts: 3 });
    });

    it('makes a retry due after its delay, and makes the lane due at the same time', async () => {
      const lane = await addEndpoint(test);
      const [delivery] = (await leaseNew(test, lane)) as [LeasedDelivery];
      await record(test, [retried(delivery, 5_000)]);
      test.store.advanceClock(4_000);
      expect(await leaseDue(test)).toEqual([]);
      test.store.advanceClock(1_000);
      expect(await leaseDue(test)).toMatchObject([{ id: delivery.id }]);
    });

    it('deletes retired leases', async () => {
      const lane = await addEndpoint(test);
      const [delivery] = (await leaseNew(test, lane)) as [LeasedDelivery];
      expect((await test.store.openLease('other', 60_000)).workers).toBe(2);
      await record(test, [succeeded(delivery)], [delivery.leaseId]);
      expect((await test.store.openLease('other', 60_000)).workers).toBe(1);
    });

    it('reports a lane that starts to fail, lets one worker at a time claim it, and reports that it has recovered', async () => {
      const lane = await addEndpoint(test);
      const failed = await leaseNew(test, lane, events(5));
      const rest = await leaseNew(test, lane, events(2));
      const four = await record(
        test,
        failed.slice(1).map((each) => retried(each, 1_000)),
      );
      expect(four.healthChanges).toEqual([]);
      const fifth = await record(test, [retried(failed[0]!, 1_000)]);
      expect(fifth.healthChanges).toEqual([{ laneId: lane, healthy: false }]);
      expect(await test.store.checkForWork(skipping())).toMatchObject({ hasAlerts: true });
      // A worker must stop sending what it leased while the lane was healthy.
      expect(await record(test, rest.map(returned))).toMatchObject({ stopped: [lane] });
      test.store.advanceClock(1_500);
      const alone = await leaseDue(test);
      expect(alone).toHaveLength(7);
      expect(alone).toMatchObject(alone.map(() => ({ isExclusive: true })));
      // New deliveries and outcomes do not let other workers claim from the lane, until an outcome releases it.
      await publish(test, newEvent());
      await relayTo(test, lane);
      expect(await record(test, [retried(alone[0]!, 0, 2)])).toMatchObject({
        stopped: [],
        dueLanes: [],
      });
      expect(await leaseDue(test)).toEqual([]);
      const last = { ...retried(alone[1]!, 0, 2), releasesLane: true };
      await record(test, [last]);
      test.store.advanceClock(FAILING_LANE_STEP_MS);
      const next = await leaseDue(test);
      expect(next).toHaveLength(3);
      const recovered = await record(test, [succeeded(next[0]!, 3)]);
      expect(recovered.healthChanges).toEqual([{ laneId: lane, healthy: true }]);
      expect(recovered.dueLanes).toEqual([lane]);
    });

    it('counts repeated failures of one delivery as one failure, so that the lane is not reported as failing', async () => {
      const lane = await addEndpoint(test);
      let [delivery] = (await leaseNew(test, lane)) as [LeasedDelivery];
      for (let number = 1; number <= 6; number++) {
        const { healthChanges } = await record(test, [retried(delivery, 2_000, number)]);
        expect(healthChanges).toEqual([]);
        test.store.advanceClock(2_000);
        [delivery] = (await leaseDue(test)) as [LeasedDelivery];
      }
    });

    it('pauses the lane for as long as the outcome says', async () => {
      const lane = await addEndpoint(test);
      const [first, second] = (await leaseNew(test, lane, events(2))) as [LeasedDelivery, LeasedDelivery];
      await record(test, [{ ...retried(first, 1_000), pauseLaneMs: 30_000 }]);
      expect(await record(test, [returned(second)])).toMatchObject({ stopped: [lane], dueLanes: [] });
      test.store.advanceClock(29_000);
      expect(await leaseDue(test)).toEqual([]);
      test.store.advanceClock(1_000);
      expect(await leaseDue(test)).toHaveLength(2);
    });

    it('makes a lane due again when a delivery ends, if the lane was at its limit of deliveries in flight', async () => {
      const lane = await addEndpoint(test, {}, { maxInFlight: 2 });
      const [first] = (await leaseNew(test, lane, events(3))) as [LeasedDelivery];
      expect(await leaseDue(test)).toEqual([]);
      expect((await record(test, [succeeded(first)])).dueLanes).toEqual([lane]);
      expect(await leaseDue(test)).toHaveLength(1);
    });

    it('writes one failure alert for each scope and interval, and no alert for an outcome whose lease was lost', async () => {
      const lane = await addEndpoint(test);
      const [first, second, lost] = (await leaseNew(test, lane, events(3))) as [
        LeasedDelivery,
        LeasedDelivery,
        LeasedDelivery,
      ];
      const alertFor = ({ id }: LeasedDelivery, scope: string): FailureAlert => ({
        deliveryId: id,
        kind: 'delivery.failed',
        scope,
        everyMs: 3_600_000,
        data: '{}',
      });
      await test.store.recordOutcomes(
        [exhausted(first), exhausted(second), exhausted({ ...lost, leaseId: '999' })],
        [alertFor(first, 'one'), alertFor(second, 'one'), alertFor(lost, 'another')],
        [],
      );
      const alerts = await test.store.transaction((tx) => tx.listDueAlerts(10));
      expect(alerts.map(({ kind }) => kind)).toEqual(['delivery.failed']);
    });
  });

  describe('keepLeased', () => {
    const HALF_MS = 30_000; // half of a lease
    const leaseIdOf = async ({ id }: LeasedDelivery): Promise<string | null> => {
      const [row] = await test.dataSource.query('select lease_id from webhook_deliveries where id = $1', [
        id,
      ]);
      return row.lease_id;
    };

    it('prevents leased deliveries from being claimed again, also after their lease has expired', async () => {
      const lane = await addEndpoint(test, {}, { maxInFlight: 9 });
      const [kept, late, other] = (await leaseNew(test, lane, events(3))) as [
        LeasedDelivery,
        LeasedDelivery,
        LeasedDelivery,
      ];
      test.store.advanceClock(HALF_MS);
      await test.store.keepLeased([succeeded(kept)], 2 * HALF_MS);
      test.store.advanceClock(HALF_MS);
      await test.store.keepLeased([succeeded(late)], 2 * HALF_MS);
      expect(await test.store.rescueExpiredLeases()).toBe(0);
      expect(await leaseDue(test)).toMatchObject([{ id: other.id }]);

      const { ids } = await record(
        test,
        [kept, late, other].map((delivery) => succeeded(delivery)),
      );
      expect([...ids]).toEqual([kept.id, late.id]);
      const [{ in_flight: inFlight }] = await test.dataSource.query('select in_flight from webhook_lanes');
      expect(inFlight).toBe(1);
    });

    it('puts rescued deliveries under their lease again, except those that were claimed or recorded after the rescue', async () => {
      const lane = await addEndpoint(test);
      const { id: leaseId } = await test.store.openLease('worker', HALF_MS);
      await publish(test, ...events(2));
      await relayTo(test, lane, { leaseId, direct: true });
      const rows: { id: string }[] = await test.dataSource.query(
        'select id from webhook_deliveries order by id',
      );
      const [kept, claimed] = rows.map(({ id }) => handedOver(id, leaseId, lane)) as [
        LeasedDelivery,
        LeasedDelivery,
      ];
      test.store.advanceClock(HALF_MS);
      expect(await test.store.rescueExpiredLeases()).toBe(2);
      await test.store.keepLeased([succeeded(kept)], HALF_MS);
      const [again] = await leaseDue(test);
      expect(again!.id).toBe(claimed.id);

      await test.store.keepLeased([succeeded(claimed)], HALF_MS);
      expect(await leaseIdOf(claimed)).toBe(again!.leaseId);
      expect((await record(test, [succeeded(kept), succeeded(claimed)])).ids).toEqual(new Set([kept.id]));
      await test.store.keepLeased([succeeded(kept)], HALF_MS);
      expect(await find(kept)).toMatchObject({ state: 'delivered', nextAt: null });
    });
  });

  describe('recordFirstSuccesses', () => {
    it.each(SIZES)(
      'writes %i first successes except one whose lease was lost, and writes nothing when it is repeated',
      async (size) => {
        const lane = await addEndpoint(test);
        const leased = await leaseNew(test, lane, events(size));
        const [first, second, ...others] = leased as [LeasedDelivery, LeasedDelivery, ...LeasedDelivery[]];
        const written = [first, ...others];
        const outcomes = [
          ...written.map((each) => succeeded(each)),
          succeeded({ ...second, leaseId: '999' }),
        ];
        const ids = new Set(written.map(({ id }) => id));
        expect(await test.store.recordFirstSuccesses(outcomes)).toEqual(ids);
        expect(await find(first)).toMatchObject({
          state: 'delivered',
          attempts: 1,
          status: 200,
          durationMs: 5,
        });
        expect(await find(second)).toMatchObject({ state: 'sending' });
        expect(await test.store.recordFirstSuccesses(outcomes)).toEqual(new Set());
        expect(await test.store.findRecordedOutcomes(outcomes)).toEqual(ids);
      },
    );

    it.each(SIZES)(
      'updates %i rows of handed-over deliveries within their pages, and updates no index',
      async (size) => {
        const lane = await addEndpoint(test);
        const { id: leaseId } = await test.store.openLease('worker', 60_000);
        await publish(test, ...events(size));
        await relayTo(test, lane, { leaseId, direct: true });
        const rows = await test.dataSource.getRepository(WebhookDeliveryRow).find();
        const outcomes = rows.map(({ id }) => succeeded(handedOver(id, leaseId, lane)));
        const counts = `select pg_stat_get_xact_tuples_updated(t)::int as all, pg_stat_get_xact_tuples_hot_updated(t)::int as "onPage"
                        from (select 'webhook_deliveries'::regclass as t) deliveries`;
        await test.dataSource.transaction(async (tx) => {
          const [before] = await tx.query<{ all: number; onPage: number }[]>(counts);
          expect((await test.store.within(tx).recordFirstSuccesses(outcomes)).size).toBe(size);
          const { all, onPage } = before!;
          expect(await tx.query(counts)).toEqual([{ all: all + size, onPage: onPage + size }]);
        });
      },
    );

    it.each(SIZES)('writes %i first successes except those whose lane must be updated', async (size) => {
      const failing = await addEndpoint(test);
      const [failed, later] = (await leaseNew(test, failing, events(2))) as [LeasedDelivery, LeasedDelivery];
      await record(test, [exhausted(failed)]);
      const paused = await addEndpoint(test);
      const [held] = (await leaseNew(test, paused)) as [LeasedDelivery];
      const all = await test.store.listEndpoints({ tenantId: 'a' }, { limit: 10 });
      const endpoint = all.find(({ lane }) => lane.id === paused)!;
      await test.store.transaction((tx) =>
        tx.updateEndpoint(endpoint, { state: 'paused' }, { state: 'paused' }),
      );
      const others = size > 2 ? await leaseNew(test, await addEndpoint(test), events(size - 2)) : [];
      const outcomes = [later, held, ...others].map((each) => succeeded(each));
      expect((await test.store.recordFirstSuccesses(outcomes)).size).toBe(size - 2);
      expect((await record(test, outcomes)).ids).toEqual(new Set([later.id, held.id]));
    });
  });
});
