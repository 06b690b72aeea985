import type { AttemptError } from '../../core/attempt-errors.js';
import type { Reason } from '../../core/states.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';

/** The outcome of a leased delivery, to be recorded. */
export interface Outcome {
  delivery: LeasedDelivery;
  /** `pending`: try again after `delayMs`. */
  state: 'delivered' | 'pending' | 'exhausted' | 'discarded';
  /** Why the delivery ended without success, or what must be repaired before it can be sent. */
  reason: Reason | null;
  /** Time (ms) until the next attempt; 0 unless `pending`. */
  delayMs: number;
  /** The attempt that was made; `null`: the delivery was returned to its lane, or ended, without an attempt. */
  attempt: AttemptResult | null;
  /** The receiver failed. This counts towards the health of the lane. */
  failure: boolean;
  /** Pause (ms) that the receiver asked for; the whole lane pauses. 0: no pause. */
  pauseLaneMs: number;
  /**
   * The lane keeps failing, so only this worker was allowed to claim from it. The worker now holds none of the lane's
   * deliveries: other workers may claim again.
   */
  releasesLane: boolean;
  /** Why the endpoint is to be disabled, or `null`. */
  disable: Reason | null;
}

/** One HTTP request and its response. */
export interface AttemptResult {
  number: number;
  /** Ms on the process's monotonic clock (`performance.now()`). */
  startedAt: number;
  durationMs: number;
  status: number | null;
  /** Kind of the failure, `null` for a success. */
  error: AttemptError | null;
  response: string;
  /** What is stored of the headers of a failed response. */
  responseHeaders: Record<string, string> | null;
}

/**
 * Nothing can be sent from the lane until stored data is repaired. A callback does not block its lane, because other
 * callbacks in the lane may use another profile.
 */
export function blocksLane({ state, reason, delivery }: Outcome): boolean {
  return state === 'pending' && reason !== null && delivery.destination.endpointId !== null;
}

/**
 * If a shutdown has aborted the request, delays the delivery by at least `ms`: the receiver may still be processing the
 * request. The aborted attempt does not count.
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
