import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import type { LaneHealth } from './lane-health.js';
import type { OriginShare } from './shares/origin-shares.js';
import type { TenantShare } from './shares/tenant-shares.js';

/** A lane as this worker sees it. */
export interface Lane {
  destination: Destination;
  health: LaneHealth;
  /** Number of requests that may be in flight at once. It grows with quick responses, and halves on timeouts, 429 and 5xx. */
  window: number;
  /** When its last success came (ms on the process's monotonic clock). */
  lastSuccessAt: number;
  inFlight: number;
  /** Requests that have ended and whose outcome is not recorded yet. */
  unrecorded: number;
  /** Requests in flight that hold no slot: they hang, or are expected to hang. */
  withoutSlot: number;
  /** It is about to be paused or disabled, so nothing more is sent until the change is recorded. */
  isClosed: boolean;
  waiting: LeasedDelivery[];
  originShare: OriginShare<Lane>;
  tenantShare: TenantShare;
  /** It is in a ready queue. */
  isQueued: boolean;
}

/**
 * Maximum number of deliveries that a worker holds from a failing lane. Only one worker claims from such a lane, and smaller
 * claims would cost more than the requests.
 */
const MAX_HELD_OF_FAILING = 64;

/**
 * Maximum number of deliveries that a worker holds from a lane: twice its `window` if the lane is healthy and none of its
 * requests hangs, {@link MAX_HELD_OF_FAILING} if the lane is failing, and otherwise its `window`.
 */
export function capacityOf(lane: Lane): number {
  if (lane.health === 'failing') return MAX_HELD_OF_FAILING;
  return lane.withoutSlot > 0 || lane.health !== 'healthy' ? lane.window : lane.window * 2;
}
