import type { LeasedDelivery, Target } from '../destinations/destination.js';

/** `good`: its last answer was a success. `fresh`: none yet. `failing`: its last attempt failed. */
export type Standing = 'good' | 'fresh' | 'failing';

/** A lane as its worker sees it. */
export interface Lane {
  target: Target;
  standing: Standing;
  /** Requests in flight at once: grows with quick successes, halves on timeouts, 429 and 5xx. */
  window: number;
  /** When its last success came, on the process's monotonic clock, ms. */
  provenAt: number;
  inFlight: number;
  /** Of these, without an answer for long: they hold no slot. */
  aside: number;
  /** Is being paused or closed: nothing more is sent until the database says so too. */
  shut: boolean;
  waiting: LeasedDelivery[];
  origin: Share;
  /** Is in a ready list. */
  listed: boolean;
}

/** What one tenant holds of one origin, over all its lanes there. */
export interface Share {
  inFlight: number;
  /** Lanes with work that wait for the share alone. */
  starved: Set<Lane>;
}
