import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';

/** `good`: its last answer was a success. `fresh`: none yet. `failing`: its last attempt failed. */
export type LaneHealth = 'good' | 'fresh' | 'failing';

/** A lane as its worker sees it. */
export interface Lane {
  destination: Destination;
  health: LaneHealth;
  /** Requests in flight at once: grows with quick successes, halves on timeouts, 429 and 5xx. */
  window: number;
  /** When its last success came, on the process's monotonic clock, ms. */
  provenAt: number;
  inFlight: number;
  /** Of these, without an answer for long: they hold no slot. */
  demoted: number;
  /** Is being paused or closed: nothing more is sent until the database says so too. */
  isClosed: boolean;
  waiting: LeasedDelivery[];
  origin: OriginShare;
  /** Is in a ready list. */
  isQueued: boolean;
}

/** What one tenant holds of one origin, over all its lanes there. */
export interface OriginShare {
  inFlight: number;
  /** Lanes with work that wait for the share alone. */
  waitingLanes: Set<Lane>;
}
