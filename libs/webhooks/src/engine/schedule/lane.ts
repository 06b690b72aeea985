import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import type { LaneHealth } from './lane-health.js';
import type { OriginShare } from './shares/origin-shares.js';
import type { TenantShare } from './shares/tenant-shares.js';

/** A lane as this worker sees it. */
export interface Lane {
  destination: Destination;
  health: LaneHealth;
  /** Requests that may be in flight at once. Grows with quick responses, halves on timeouts, 429 and 5xx. */
  window: number;
  /** When its last success came, on the process's monotonic clock, ms. */
  lastSuccessAt: number;
  inFlight: number;
  /** Requests that have ended and whose outcome is not recorded yet. */
  unrecorded: number;
  /** Requests in flight that hold no slot: they hang, or are expected to. */
  withoutSlot: number;
  /** It is about to be paused or disabled, so nothing more is sent until that is recorded. */
  isClosed: boolean;
  waiting: LeasedDelivery[];
  originShare: OriginShare<Lane>;
  tenantShare: TenantShare;
  /** Is in a ready queue. */
  isQueued: boolean;
}

/**
 * Maximum deliveries held from a failing lane. Only one worker claims from it, and smaller claims would cost more than the
 * requests.
 */
const MAX_HELD_OF_FAILING = 64;

/**
 * Maximum deliveries that a worker holds from a lane. If the lane is not failing: one window of deliveries; two windows if
 * the lane is healthy and no request hangs.
 */
export function capacityOf(lane: Lane): number {
  if (lane.health === 'failing') return MAX_HELD_OF_FAILING;
  return lane.withoutSlot > 0 || lane.health !== 'healthy' ? lane.window : lane.window * 2;
}
