import type { Reason } from '../../core/states.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';

/** What is to be recorded of a leased delivery. */
export interface Outcome {
  delivery: LeasedDelivery;
  /** `pending`: again after `delayMs`. */
  state: 'delivered' | 'pending' | 'exhausted' | 'discarded';
  /** Why it ended without success, or is given back to wait for a repair. */
  reason: Reason | null;
  /** Wait until the next attempt, ms; 0 unless `pending`. */
  delayMs: number;
  /** The attempt that was made; `null`: none was (given back, or ended without one). */
  attempt: AttemptResult | null;
  /** The receiver's fault: counts towards the lane's health. */
  failure: boolean;
  /** Pause of the whole lane that the receiver asked for, ms. */
  pauseLaneMs: number;
  /** The endpoint is to be disabled. */
  disable: Reason | null;
}

/** One HTTP request, as it is kept. */
export interface AttemptResult {
  number: number;
  /** On the process's monotonic clock (`performance.now()`), ms. */
  startedAt: number;
  durationMs: number;
  status: number | null;
  /** Class of the failure, `null` for a success. */
  error: string | null;
  response: string;
}
