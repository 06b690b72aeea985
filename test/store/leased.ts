import type { RecordableOutcome } from '../../libs/webhooks/src/store/outcome-store.js';
import type { NewEvent } from '../../libs/webhooks/src/store/outbox-store.js';
import { newEvent, publish, relayTo, skipping, type StoreUnderTest } from './support.js';

export type LeasedDelivery = RecordableOutcome['delivery'];

const LEASE_MS = 60_000;

/** Publishes `events` to a lane. Then leases everything that is due, in this and all other lanes. */
export async function leaseNew(
  test: StoreUnderTest,
  laneId: string,
  events: NewEvent[] = [newEvent()],
): Promise<LeasedDelivery[]> {
  await publish(test, ...events);
  await relayTo(test, laneId);
  return leaseDue(test);
}

/** Leases everything that is due, under a new lease. */
export async function leaseDue({ store }: StoreUnderTest): Promise<LeasedDelivery[]> {
  const { id: leaseId } = await store.openLease('worker', LEASE_MS);
  return store.transaction(async (tx) => {
    const lanes = await tx.claimLanes(100, skipping());
    if (lanes.length === 0) return [];
    const claims = lanes.map((lane) => ({
      lane,
      count: Math.min(100, lane.allowance),
      retryCount: 0,
      maxBytes: 1_000_000,
      depth: 100,
    }));
    const terms = { id: leaseId, leaseMs: LEASE_MS, exclusiveMs: LEASE_MS };
    const claimed = await tx.leaseDeliveries(claims, terms, 10);
    return claimed.map(({ id, laneId, attemptAt }) => {
      const { isFailing, hasLimits } = lanes.find((lane) => lane.laneId === laneId)!;
      return {
        id,
        leaseId,
        attemptAt,
        isExclusive: isFailing,
        isCounted: hasLimits,
        destination: { laneId },
      };
    });
  });
}

/** An attempt of 5 ms that began 10 ms ago. */
function attemptOf(number: number, status: number): NonNullable<RecordableOutcome['attempt']> {
  const error = status < 300 ? null : 'http';
  return { number, startedAt: performance.now() - 10, durationMs: 5, status, error, response: `${status}` };
}

const NEUTRAL = { reason: null, delayMs: 0, failure: false, pauseLaneMs: 0, releasesLane: false };

/** A delivery that the relay has handed over directly. It has no attempt yet. */
export function handedOver(id: string, leaseId: string, laneId: string): LeasedDelivery {
  return { id, leaseId, attemptAt: null, isExclusive: false, isCounted: false, destination: { laneId } };
}

export function succeeded(delivery: LeasedDelivery, number = 1): RecordableOutcome {
  return { ...NEUTRAL, delivery, state: 'delivered', attempt: attemptOf(number, 200) };
}

/** A failed attempt, after which the next attempt is due in `delayMs`. */
export function retried(delivery: LeasedDelivery, delayMs: number, number = 1): RecordableOutcome {
  const attempt = attemptOf(number, 503);
  return { ...NEUTRAL, delivery, state: 'pending', delayMs, failure: true, attempt };
}

export function exhausted(delivery: LeasedDelivery, number = 1): RecordableOutcome {
  const attempt = attemptOf(number, 500);
  return { ...NEUTRAL, delivery, state: 'exhausted', reason: 'retries-used-up', failure: true, attempt };
}

/** A delivery that goes back to its lane without an attempt. */
export function returned(delivery: LeasedDelivery): RecordableOutcome {
  return { ...NEUTRAL, delivery, state: 'pending', attempt: null };
}

export function record(
  { store }: StoreUnderTest,
  outcomes: RecordableOutcome[],
  retiredLeaseIds: string[] = [],
) {
  return store.recordOutcomes(outcomes, [], retiredLeaseIds);
}
