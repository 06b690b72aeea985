import type { AlertResult } from '../../alert-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_ERROR_LENGTH = 500;

export async function finishAlert(
  session: Session,
  id: string,
  attempt: number,
  { takenBy, error, nextTryInMs }: AlertResult,
): Promise<void> {
  await session.query(
    `update ${session.tables.alerts}
        set next_at = ${nowMs(1)} + $4::bigint, sent_at = case when $6::text is null then ${nowMs(1)} end,
            taken_by = $5, error = $6
      where id = $2 and attempts = $3 and next_at is not null`,
    [
      session.clockOffset,
      id,
      attempt,
      nextTryInMs,
      JSON.stringify(takenBy),
      error?.slice(0, MAX_ERROR_LENGTH) ?? null,
    ],
  );
}
