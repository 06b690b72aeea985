import { encodeDeliveryId } from '../core/ids.js';
import { formatInstant } from '../core/instants.js';
import type { DeliveryRecord } from '../store/delivery-store.js';

/**
 * Why a pending delivery is not sent right now. If several reasons apply, the first of them in this list is given.
 *
 * - `disabled`: its endpoint is disabled or deleted, and the delivery will be discarded.
 * - `paused`: the owner has paused the endpoint, or a pause of the operator covers it.
 * - `retry-after`: the receiver asked for a pause.
 * - `repair`: stored data of its endpoint is missing or unreadable (see `reason`). The delivery is tried every minute.
 * - `schedule`: its next attempt is due later.
 * - `order`: an earlier delivery of its subject must be sent first, or a later one is being sent.
 * - `failing`: it is due, but the endpoint keeps failing, and only a few deliveries are sent to it at once.
 * - `limit`: it is due, but `maxThroughputPerMinute` is used up.
 * - `concurrency`: it is due, but `maxInFlight` requests are in flight.
 * - `queue`: it is due, and a worker sends it as soon as the worker has a free slot.
 */
export type WaitReason =
  | 'disabled'
  | 'paused'
  | 'retry-after'
  | 'repair'
  | 'schedule'
  | 'order'
  | 'failing'
  | 'limit'
  | 'concurrency'
  | 'queue';

/** Says why a delivery waits, until when (RFC 3339), and for which other delivery. */
interface Wait {
  waits: WaitReason | null;
  waitsUntil: string | null;
  waitsFor: string | null;
}

export function waitOf(delivery: DeliveryRecord): Wait {
  if (delivery.state !== 'pending') return { waits: null, waitsUntil: null, waitsFor: null };
  const waits = reasonOf(delivery);
  return {
    waits,
    waitsUntil: formatInstant(untilOf(waits, delivery)),
    waitsFor: waits === 'order' ? encodeDeliveryId(delivery.heldBy!) : null,
  };
}

function reasonOf(delivery: DeliveryRecord): WaitReason {
  const { now, laneState, nextAt, laneHoldUntil, laneRateUntil } = delivery;
  if (laneState === 'closed') return 'disabled';
  if (laneState === 'paused') return 'paused';
  if (nextAt !== null && nextAt > now) {
    if (nextAt === laneHoldUntil) return 'retry-after';
    return delivery.reason === null ? 'schedule' : 'repair';
  }
  if (delivery.heldBy !== null) return 'order';
  if (delivery.isLaneFailing) return 'failing';
  if (laneRateUntil !== null && laneRateUntil > now) return 'limit';
  return delivery.isLaneFull ? 'concurrency' : 'queue';
}

function untilOf(waits: WaitReason, { nextAt, laneRateUntil }: DeliveryRecord): number | null {
  if (waits === 'retry-after' || waits === 'repair' || waits === 'schedule') return nextAt;
  return waits === 'limit' ? laneRateUntil : null;
}
