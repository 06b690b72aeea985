import type { AlertResult } from '../store/alert-store.js';
import type { ClaimedAlert } from './claimed-alert.js';

const MINUTE_MS = 60_000;
/** Pauses between tries: about a day in all. */
const RETRY_PAUSES_MS = [0.5, 2, 10, 30, 60, 180, 360, 720].map((minutes) => minutes * MINUTE_MS);

/**
 * The result of one try. `takenBy`: the channels that have the alert now. `error`: why the other channels do not have
 * the alert.
 */
export function resultOf(
  { id, attempts }: Pick<ClaimedAlert, 'id' | 'attempts'>,
  takenBy: readonly string[],
  error: string | null,
): AlertResult {
  const pauseMs = error === null ? undefined : RETRY_PAUSES_MS[attempts - 1];
  // Up to a fifth longer, so that alerts that failed together are not retried together.
  const nextTryInMs = pauseMs === undefined ? null : Math.round(pauseMs * (1 + Math.random() / 5));
  return { id, attempt: attempts, takenBy, error, nextTryInMs };
}
