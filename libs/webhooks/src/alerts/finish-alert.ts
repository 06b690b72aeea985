import type { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';
import type { ClaimedAlert } from './claim-alerts.js';

const MINUTE = 60_000;
/** Pauses between tries, ms: about a day in all. */
const RETRY_PAUSES_MS = [0.5, 2, 10, 30, 60, 180, 360, 720].map((minutes) => minutes * MINUTE);
const LONGEST_ERROR = 500;

/** How a try ended: for good where `again` is null. */
export interface Settled {
  /** Until the next try, ms; `null`: sent, or given up. */
  again: number | null;
}

/**
 * Writes down what came of a try: the channels that have the alert now, and the error of those that do not. A sender
 * whose lease another has taken over changes nothing.
 */
export async function finishAlert(
  database: Session,
  alert: Pick<ClaimedAlert, 'id' | 'attempts'>,
  takenBy: readonly string[],
  error: string | null,
): Promise<Settled> {
  const pause = error === null ? undefined : RETRY_PAUSES_MS[alert.attempts - 1];
  const again = pause === undefined ? null : Math.round(pause * (1 + Math.random() / 5));
  await database.query(
    `update ${database.tables.alerts}
        set next_at = ${nowMs(1)} + $4::bigint, sent_at = case when $6::text is null then ${nowMs(1)} end,
            taken_by = $5, error = $6
      where id = $2 and attempts = $3 and next_at is not null`,
    [
      database.clockOffset,
      alert.id,
      alert.attempts,
      again,
      JSON.stringify(takenBy),
      error?.slice(0, LONGEST_ERROR) ?? null,
    ],
  );
  return { again };
}
