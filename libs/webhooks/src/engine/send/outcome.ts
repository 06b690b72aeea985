import type { AttemptError } from '../../core/attempt-errors.js';
import type { Reason } from '../../core/states.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';

/** What became of a leased delivery, to be recorded. */
export interface Outcome {
  delivery: LeasedDelivery;
  /** `pending`: try again after `delayMs`. */
  state: 'delivered' | 'pending' | 'exhausted' | 'discarded';
  /** Why it ended without success, or what must be repaired before it can be sent. */
  reason: Reason | null;
  /** Time until the next attempt, ms; 0 unless `pending`. */
  delayMs: number;
  /** The attempt that was made; `null`: the delivery was returned to its lane, or ended, without one. */
  attempt: AttemptResult | null;
  /** The receiver failed: counts towards the health of the lane. */
  failure: boolean;
  /** Pause of the whole lane that the receiver asked for, ms; 0: none. */
  pauseLaneMs: number;
  /** Of a failing lane, which this worker had claimed alone: others may claim it again. */
  releasesLane: boolean;
  /** Why the endpoint is to be disabled; `null`: it is not. */
  disable: Reason | null;
}

/** One HTTP request and its response. */
export interface AttemptResult {
  number: number;
  /** On the process's monotonic clock (`performance.now()`), ms. */
  startedAt: number;
  durationMs: number;
  status: number | null;
  /** Kind of the failure, `null` for a success. */
  error: AttemptError | null;
  response: string;
  /** Of a failure with a response: its headers, as far as they are kept. */
  responseHeaders: Record<string, string> | null;
}

/** Something that is stored must be repaired. A callback does not block its lane: others may use another profile. */
export function blocksLane({ state, reason, delivery }: Outcome): boolean {
  return state === 'pending' && reason !== null && delivery.destination.endpointId !== null;
}

/**
 * A request that a shutdown has cut short: the receiver may still be working on it, so it is not sent again before `ms`
 * milliseconds have passed. Its attempt does not count.
 */
export function waitIfReturned(outcome: Outcome, ms: number): void {
  const { state, reason, attempt } = outcome;
  if (state === 'pending' && reason === null && attempt === null)
    outcome.delayMs = Math.max(outcome.delayMs, ms);
}

/** The receiver asked for a pause, or for no more requests. */
export function closesLane({ pauseLaneMs, disable }: Outcome): boolean {
  return pauseLaneMs > 0 || disable !== null;
}
