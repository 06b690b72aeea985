import { WebhookAlertRow } from '../../libs/webhooks/src/store/schema/alert.entity.js';
import { WebhookAttemptRow } from '../../libs/webhooks/src/store/schema/attempt.entity.js';
import { WebhookDeliveryRow } from '../../libs/webhooks/src/store/schema/delivery.entity.js';
import { WebhookEndpointRow } from '../../libs/webhooks/src/store/schema/endpoint.entity.js';
import { WebhookEventRow } from '../../libs/webhooks/src/store/schema/event.entity.js';
import { WebhookLaneRow } from '../../libs/webhooks/src/store/schema/lane.entity.js';
import type { RecordableOutcome } from '../../libs/webhooks/src/store/outcome-store.js';
import { until } from '../faults/until.js';
import { leaseDue, leaseNew, record, retried } from './leased.js';
import { addEndpoint, newEvent, publish, relayTo, useStore } from './support.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NO_UUID = '00000000-0000-0000-0000-000000000000';
const DISABLE_AFTER_MS = 5 * DAY_MS;

describe('The maintenance of a store', () => {
  const test = useStore();
  const rows = {
    alerts: () => test.dataSource.getRepository(WebhookAlertRow),
    attempts: () => test.dataSource.getRepository(WebhookAttemptRow),
    deliveries: () => test.dataSource.getRepository(WebhookDeliveryRow),
    endpoints: () => test.dataSource.getRepository(WebhookEndpointRow),
    events: () => test.dataSource.getRepository(WebhookEventRow),
    lanes: () => test.dataSource.getRepository(WebhookLaneRow),
  };

  // `test.store.now()` needs a statement that has read the database's clock.
  beforeEach(async () => {
    const { id } = await test.store.openLease('worker', 1);
    await test.store.deleteLeases([id]);
  });

  /** A lane in which `count` deliveries wait. */
  async function laneWith(count: number, lane: Partial<WebhookLaneRow> = {}): Promise<string> {
    const laneId = await addEndpoint(test, {}, lane);
    await publish(test, ...Array.from({ length: count }, () => newEvent()));
    await relayTo(test, laneId);
    return laneId;
  }

  const endpointOf = async (laneId: string) => {
    const { endpointId } = await rows.lanes().findOneByOrFail({ id: laneId });
    return endpointId!;
  };

  /** Marks all deliveries as created and delivered `ms` ago. */
  const endDeliveries = (ms: number) => {
    const at = test.store.now() - ms;
    return rows
      .deliveries()
      .createQueryBuilder()
      .update()
      .set({ state: 'delivered', nextAt: null, createdAt: at, finishedAt: at })
      .execute();
  };

  describe('rescueExpiredLeases', () => {
    it('makes the deliveries of an expired lease due again, and deletes the lease', async () => {
      const laneId = await addEndpoint(test);
      const { id: leaseId } = await test.store.openLease('worker', 1_000);
      await publish(test, newEvent(), newEvent());
      expect(await relayTo(test, laneId, { leaseId, direct: true })).toHaveLength(2);
      expect(await test.store.rescueExpiredLeases()).toBe(0);
      test.store.advanceClock(1_000);
      expect(await test.store.rescueExpiredLeases()).toBe(2);
      expect(await test.store.rescueExpiredLeases()).toBe(0);
      expect(await test.store.readQueueFigures()).toMatchObject({ due: 2, dueLanes: 1, leases: 0 });
      expect(await rows.deliveries().find()).toMatchObject([
        { state: 'pending', leaseId: null },
        { state: 'pending', leaseId: null },
      ]);
    });

    it('corrects the number of deliveries in flight, if the lane has a limit', async () => {
      const laneId = await addEndpoint(test, {}, { maxInFlight: 3 });
      await rows.lanes().update({ id: laneId }, { inFlight: 2 });
      await test.store.openLease('worker', 1_000);
      test.store.advanceClock(1_000);
      await test.store.rescueExpiredLeases();
      expect(await rows.lanes().findOneByOrFail({ id: laneId })).toMatchObject({ inFlight: 0 });
    });
  });

  describe('discardBacklog', () => {
    it('discards only what waits in closed lanes, with the reason of the endpoint', async () => {
      const laneId = await laneWith(2);
      await laneWith(1);
      expect(await test.store.discardBacklog()).toBe(0);
      await test.store.disableEndpoint(await endpointOf(laneId), 'endpoint-gone');
      expect(await test.store.discardBacklog()).toBe(2);
      expect(await test.store.discardBacklog()).toBe(0);
      expect(await rows.deliveries().findBy({ laneId })).toMatchObject([
        { state: 'discarded', reason: 'endpoint-gone', nextAt: null, finishedAt: expect.any(Number) },
        { state: 'discarded', reason: 'endpoint-gone', nextAt: null, finishedAt: expect.any(Number) },
      ]);
      expect(await test.store.readQueueFigures()).toMatchObject({ due: 1, dueLanes: 1 });
    });

    it('does not touch a delivery in flight until its lease has expired', async () => {
      const laneId = await laneWith(1);
      await rows.deliveries().update({ laneId }, { state: 'sending', nextAt: test.store.now() + 60_000 });
      await test.store.disableEndpoint(await endpointOf(laneId), 'operator');
      expect(await test.store.discardBacklog()).toBe(0);
      test.store.advanceClock(61_000);
      expect(await test.store.discardBacklog()).toBe(1);
    });
  });

  describe('disableEndpoint', () => {
    it('disables an endpoint only once, closes its lane and writes one alert', async () => {
      const laneId = await laneWith(1);
      const id = await endpointOf(laneId);
      expect(await test.store.disableEndpoint(id, 'endpoint-gone')).toBe(true);
      expect(await test.store.disableEndpoint(id, 'operator')).toBe(false);
      expect(await rows.endpoints().findOneByOrFail({ id })).toMatchObject({
        state: 'disabled',
        stateReason: 'endpoint-gone',
      });
      expect(await rows.lanes().findOneByOrFail({ id: laneId })).toMatchObject({ state: 'closed' });
      expect(await rows.alerts().find()).toMatchObject([
        { kind: 'endpoint.disabled', endpointId: id, data: { reason: 'endpoint-gone', waiting: 1 } },
      ]);
    });

    it('returns `false` for a deleted endpoint', async () => {
      const id = await endpointOf(await addEndpoint(test, { deletedAt: 1 }));
      expect(await test.store.disableEndpoint(id, 'operator')).toBe(false);
    });
  });

  describe('Endpoints that fail', () => {
    const failing = async (sinceMs: number, failures = 10, profile = 'standard') =>
      endpointOf(
        await addEndpoint(test, { profile }, { failingSince: test.store.now() - sinceMs, failures }),
      );

    it('are disabled after the given time, unless their profile is exempt or fewer than ten deliveries failed', async () => {
      const id = await failing(DISABLE_AFTER_MS);
      await failing(DISABLE_AFTER_MS - HOUR_MS);
      await failing(DISABLE_AFTER_MS, 9);
      await failing(DISABLE_AFTER_MS, 10, 'patient');
      const disable = () => test.store.disableFailingEndpoints(DISABLE_AFTER_MS, ['patient']);
      expect(await disable()).toEqual([{ id, tenantId: 'a' }]);
      expect(await disable()).toEqual([]);
      expect(await rows.alerts().find()).toMatchObject([{ kind: 'endpoint.disabled', endpointId: id }]);
    });

    it('cause one warning in each period of failure, within the day before they are disabled', async () => {
      const id = await failing(DISABLE_AFTER_MS - HOUR_MS);
      await failing(DISABLE_AFTER_MS - DAY_MS - HOUR_MS);
      await failing(DISABLE_AFTER_MS - HOUR_MS, 10, 'patient');
      const warn = () => test.store.warnFailingEndpoints(DISABLE_AFTER_MS, ['patient']);
      expect([await warn(), await warn()]).toEqual([1, 0]);
      const [alert] = await rows.alerts().find();
      expect(alert).toMatchObject({ kind: 'endpoint.will_be_disabled', endpointId: id });
      await rows
        .lanes()
        .update({ endpointId: id }, { failingSince: test.store.now() - DISABLE_AFTER_MS + 60_000 });
      expect(await warn()).toBe(1);
    });
  });

  describe('Paused backlogs', () => {
    const check = (max: number, after = '0') => test.store.checkPausedBacklogs(max, after);

    it('are counted in batches, and cause one alert in each pause if they reach 80 % of the limit', async () => {
      await laneWith(9);
      const at = test.store.now();
      const paused: string[] = [];
      for (const count of [7, 8, 11]) {
        const laneId = await laneWith(count);
        paused.push(laneId);
        await rows.lanes().update({ id: laneId }, { state: 'paused' });
        await rows.endpoints().update({ id: await endpointOf(laneId) }, { state: 'paused', stateAt: at });
      }
      const all = await check(10);
      expect(all.map(({ laneId, isOverLimit }) => [laneId, isOverLimit])).toEqual([
        [paused[0], false],
        [paused[1], false],
        [paused[2], true],
      ]);
      expect(all[2]!.endpointId).toBe(await endpointOf(paused[2]!));
      expect(await check(10, paused[1])).toEqual(all.slice(2));
      expect(await check(10, paused[2])).toEqual([]);
      const data = async () =>
        (await rows.alerts().find({ order: { id: 'ASC' } })).map((alert) => [alert.kind, alert.data]);
      const alertOf = (lane: string, backlog: number, since = at) => [
        'endpoint.backlog_filling',
        { lane, since, backlog, limit: 10 },
      ];
      expect(await data()).toEqual([alertOf(paused[1]!, 8), alertOf(paused[2]!, 10)]);
      await rows.endpoints().update({ id: await endpointOf(paused[1]!) }, { stateAt: at + 1 });
      await check(10);
      expect((await data()).slice(2)).toEqual([alertOf(paused[1]!, 8, at + 1)]);
    });

    it('are cut to the limit: the oldest deliveries are discarded first, and attempted deliveries last, even if several callers discard at once', async () => {
      const laneId = await laneWith(8);
      const ids = (await rows.deliveries().find({ order: { id: 'ASC' } })).map(({ id }) => id);
      for (const [index, id] of ids.entries()) await rows.deliveries().update({ id }, { nextAt: index + 1 });
      await rows.deliveries().update({ id: ids[0]! }, { retry: true, attempts: 1 });
      await rows.deliveries().update({ id: ids[1]! }, { state: 'sending' });
      const discard = () => test.store.discardPausedBacklog(laneId, 4);
      expect(await discard()).toBe(0);
      await rows.lanes().update({ id: laneId }, { state: 'paused' });
      const discarded = await Promise.all([discard(), discard(), discard()]);
      expect(discarded.reduce((sum, count) => sum + count)).toBe(3);
      expect(await discard()).toBe(0);
      const left = await rows.deliveries().find({ where: { reason: 'backlog-full' }, order: { id: 'ASC' } });
      expect(left.map(({ id }) => id)).toEqual(ids.slice(2, 5));
      expect(left[0]).toMatchObject({ state: 'discarded', nextAt: null });
      expect(left[0]!.failedAt).toBe(left[0]!.finishedAt);
    });
  });

  describe('Retention', () => {
    it('deletes old deliveries with their attempts, but keeps a delivery that has not ended', async () => {
      await laneWith(2);
      await endDeliveries(2 * DAY_MS);
      const [old, live] = await rows.deliveries().find({ order: { id: 'ASC' } });
      await rows.deliveries().update({ id: live!.id }, { state: 'pending', finishedAt: null });
      await rows.attempts().save({ deliveryId: old!.id, number: 1, startedAt: 1 });
      await laneWith(1);
      const { next, done } = await test.store.deleteOldDeliveries(DAY_MS, '0');
      expect(done).toBe(1);
      expect(BigInt(next!)).toBeGreaterThanOrEqual(BigInt(live!.id));
      expect(await test.store.deleteOldDeliveries(DAY_MS, next!)).toEqual({ next: null, done: 0 });
      expect((await rows.deliveries().find({ order: { id: 'ASC' } })).map(({ id }) => id)).toEqual([
        live!.id,
        expect.any(String),
      ]);
      expect(await rows.attempts().count()).toBe(0);
    });

    it('deletes old events that are relayed and have no delivery', async () => {
      await laneWith(1);
      await publish(test, newEvent());
      test.store.advanceClock(2 * DAY_MS);
      expect(await test.store.deleteUnusedEvents(3 * DAY_MS, '0')).toEqual({ next: null, done: 0 });
      await test.store.deleteUnusedEvents(DAY_MS, '0');
      expect(await rows.events().count()).toBe(2);
      await rows.deliveries().clear();
      await test.store.deleteUnusedEvents(DAY_MS, '0');
      expect(await rows.events().count()).toBe(1);
    });

    it('deletes the rows of an endpoint and its lane an hour after the owner has deleted the endpoint, if no deliveries are left', async () => {
      const now = test.store.now();
      const laneId = await laneWith(1);
      await rows.endpoints().update({ id: await endpointOf(laneId) }, { deletedAt: now - 2 * HOUR_MS });
      await addEndpoint(test, { deletedAt: now - HOUR_MS + 60_000 });
      await addEndpoint(test, { deletedAt: now - HOUR_MS - 60_000 });
      await addEndpoint(test);
      const left = async () => {
        expect(await test.store.deleteUnusedEndpoints(NO_UUID)).toBeNull();
        return [await rows.endpoints().count(), await rows.lanes().count()];
      };
      expect(await left()).toEqual([3, 3]);
      await rows.deliveries().clear();
      expect(await left()).toEqual([2, 2]);
    });

    it('deletes unused endpoints in batches, and finds them behind any number of endpoints that stay', async () => {
      await rows.endpoints().query(
        `insert into webhook_endpoints
           (id, tenant_id, url, events, profile, secrets, skip_error_codes, state_at, created_at, updated_at, deleted_at)
         select lpad(to_hex(n), 32, '0')::uuid, 'a', 'https://example.com', '[]', 'standard', '[]', '[]', 1, 1, 1,
                case when n <= 2100 then $1::bigint else 1 end
           from generate_series(1, 2700) n`,
        [test.store.now()],
      );
      const steps: [string | null, number][] = [];
      let next: string | null = NO_UUID;
      while (next !== null) {
        next = await test.store.deleteUnusedEndpoints(next);
        steps.push([next && next.replace(/^[0-]+/, ''), await rows.endpoints().count()]);
      }
      // The first call finds no endpoint to delete, the second call deletes a full batch, and the third call deletes the
      // rest.
      expect(steps).toEqual([
        [(2000).toString(16), 2700],
        [(2600).toString(16), 2200],
        [null, 2100],
      ]);
    });

    it('deletes alerts that have ended and are at least a week old', async () => {
      const now = test.store.now();
      const alert = { tenantId: 'a', kind: 'endpoint.recovered', data: {} };
      await rows.alerts().save([
        { ...alert, dedupeKey: 'old', createdAt: now - 8 * DAY_MS, nextAt: null },
        { ...alert, dedupeKey: 'due', createdAt: now - 8 * DAY_MS, nextAt: 1 },
        { ...alert, dedupeKey: 'young', createdAt: now - 6 * DAY_MS, nextAt: null },
      ]);
      expect(await test.store.deleteOldAlerts(DAY_MS)).toBe(1);
      expect(await test.store.deleteOldAlerts(DAY_MS)).toBe(0);
      expect((await rows.alerts().find({ order: { id: 'ASC' } })).map(({ dedupeKey }) => dedupeKey)).toEqual([
        'due',
        'young',
      ]);
    });

    it('deletes idle lanes of callbacks, but keeps lanes of endpoints and lanes that have deliveries', async () => {
      await addEndpoint(test);
      const [idle, used] = await rows.lanes().save([
        { tenantId: 'a', origin: 'https://idle.example.com' },
        { tenantId: 'a', origin: 'https://used.example.com' },
      ]);
      await publish(test, newEvent());
      await relayTo(test, used!.id);
      await rows.lanes().update({ id: used!.id }, { nextDueAt: null });
      expect(await test.store.deleteIdleLanes('0')).toBe('0');
      const left = await rows.lanes().find({ order: { id: 'ASC' } });
      expect(left).toHaveLength(2);
      expect(left.map(({ id }) => id)).not.toContain(idle!.id);
    });
  });

  it('Removing a tenant stops its deliveries at once, deletes its rows in batches, and keeps the rows of other tenants', async () => {
    const laneId = await laneWith(3);
    await publish(test, newEvent(), newEvent({ tenantId: 'b' }));
    const other = await addEndpoint(test, { tenantId: 'b' });
    await test.store.closeTenant('a');
    expect(await rows.lanes().findOneByOrFail({ id: laneId })).toMatchObject({
      state: 'closed',
      nextDueAt: null,
    });
    expect(await rows.endpoints().findOneByOrFail({ tenantId: 'a' })).toMatchObject({
      deletedAt: expect.any(Number),
      secrets: [],
    });
    expect(await test.store.readQueueFigures()).toMatchObject({ dueLanes: 0, due: 0 });

    const { store } = test;
    expect([await store.deleteTenantEvents('a'), await store.deleteTenantEvents('a')]).toEqual([4, 0]);
    expect([await store.deleteTenantDeliveries('a'), await store.deleteTenantDeliveries('a')]).toEqual([
      3, 0,
    ]);
    for (const table of ['alerts', 'accounts'] as const)
      expect(await store.deleteTenantRows('a', table)).toBe(0);
    for (const table of ['lanes', 'endpoints'] as const)
      expect([await store.deleteTenantRows('a', table), await store.deleteTenantRows('a', table)]).toEqual([
        1, 0,
      ]);
    expect((await rows.lanes().find()).map(({ id }) => id)).toEqual([other]);
    expect(await store.readQueueFigures()).toMatchObject({ unrelayed: 1 });
    expect(await rows.endpoints().count()).toBe(1);
  });

  describe('Removing a tenant at the moment when an outcome is recorded does not leave an attempt behind', () => {
    /** The outcome of a second attempt. Recording it moves the first attempt to the table of attempts. */
    async function secondAttempt(): Promise<RecordableOutcome> {
      const [delivery] = await leaseNew(test, await addEndpoint(test));
      await record(test, [retried(delivery!, 0)]);
      const [again] = await leaseDue(test);
      return retried(again!, 0, 2);
    }

    const somebodyWaits = () =>
      until('one session to wait for the other', async () => {
        const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        return (await test.dataSource.query<unknown[]>(waiting)).length > 0;
      });

    it('if the outcome comes first', async () => {
      const outcome = await secondAttempt();
      const removal = await test.store.transaction(async (tx) => {
        expect((await tx.recordOutcomes([outcome], [], [])).ids.size).toBe(1);
        const deleted = test.store.deleteTenantDeliveries('a');
        await somebodyWaits();
        return { deleted };
      });
      expect(await removal.deleted).toBe(1);
      expect([await rows.deliveries().count(), await rows.attempts().count()]).toEqual([0, 0]);
    });

    it('if the removal comes first', async () => {
      const outcome = await secondAttempt();
      const recording = await test.dataSource.transaction(async (tx) => {
        await tx.query('delete from webhook_deliveries');
        const recorded = record(test, [outcome]);
        await somebodyWaits();
        return { recorded };
      });
      expect((await recording.recorded).ids.size).toBe(0);
      expect(await rows.attempts().count()).toBe(0);
    });
  });
});
