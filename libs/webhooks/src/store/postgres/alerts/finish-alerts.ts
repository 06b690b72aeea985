import type { AlertResult } from '../../alert-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_ERROR_LENGTH = 500;

export async function finishAlerts(session: Session, results: readonly AlertResult[]): Promise<void> {
  await session.query(
    `update ${session.tables.alerts} a
        set next_at = ${nowMs(1)} + i.next_try, sent_at = case when i.error is null then ${nowMs(1)} end,
            taken_by = i.taken_by, error = i.error
       from unnest($2::bigint[], $3::int[], $4::bigint[], $5::text[], $6::text[]) as i(id, attempt, next_try, taken_by, error)
      where a.id = i.id and a.attempts = i.attempt and a.next_at is not null`,
    [
      session.clockOffset,
      results.map(({ id }) => id),
      results.map(({ attempt }) => attempt),
      results.map(({ nextTryInMs }) => nextTryInMs),
      results.map(({ takenBy }) => JSON.stringify(takenBy)),
      results.map(({ error }) => (error === null ? null : storable(error))),
    ],
  );
}

/** PostgreSQL cannot store a NUL character: with one, it would reject all results. */
function storable(error: string): string {
  return error.replaceAll('\0', '').slice(0, MAX_ERROR_LENGTH);
}
