import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import type { OriginShare } from './origin-shares.js';

/** `healthy`: its last attempt succeeded. `untried`: it had none yet. `failing`: its last attempt failed. */
export type LaneHealth = 'healthy' | 'untried' | 'failing';

/** A lane as this worker sees it. */
export interface Lane {
  destination: Destination;
  health: LaneHealth;
  /** Requests that may be in flight at once. Grows with quick successes, halves on timeouts, 429 and 5xx. */
  window: number;
  /** When its last success came, on the process's monotonic clock, ms. */
  lastSuccessAt: number;
  inFlight: number;
  /** Requests in flight that hang: they hold no slot. */
  demoted: number;
  /** It is about to be paused or disabled: nothing more is sent until that is recorded. */
  isClosed: boolean;
  waiting: LeasedDelivery[];
  originShare: OriginShare<Lane>;
  /** Is in a ready queue. */
  isQueued: boolean;
}

/** Deliveries that a worker may hold of a lane: its window, and as many waiting if it is healthy and no request hangs. */
export function capacityOf(lane: Lane): number {
  return lane.demoted > 0 || lane.health !== 'healthy' ? lane.window : lane.window * 2;
}
