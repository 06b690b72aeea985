import type { CaptureHealth } from '../../change-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** Changes are counted up to this number, so that counting stays cheap. */
const MAX_COUNTED = 10_000;

interface HealthRow extends Omit<CaptureHealth, 'failingAttempts' | 'untriedMs'> {
  failingAttempts: number | null;
  untriedMs: string | null;
}

export async function readCaptureHealth(session: Session): Promise<CaptureHealth[]> {
  const { changes } = session.tables;
  const rows = await session.queryUnlogged<HealthRow>(
    `with recursive name as (
       -- One step in the index for each capture.
       (select capture from ${changes} order by capture limit 1)
       union all
       select (select c.capture from ${changes} c where c.capture > name.capture order by c.capture limit 1)
         from name where name.capture is not null
     )
     select name.capture, coalesce(f.failing, 0)::int as failing, f.row_key as "failingKey", f.attempts as "failingAttempts",
            f.error as "failingError", ${nowMs(1)} - u.created_at as "untriedMs"
       from name
       left join lateral (
              select row_key, attempts, error, count(*) over () as failing
                from (select row_key, attempts, error, id from ${changes} c
                       where c.capture = name.capture and c.due_at > 0 and c.attempts > 0 limit ${MAX_COUNTED}) tried
               order by attempts desc, id limit 1) f on true
       left join lateral (
              select created_at from ${changes} c where c.capture = name.capture and c.due_at = 0 order by id limit 1) u on true
      where name.capture is not null
      order by name.capture`,
    [session.clockOffset],
  );
  return rows.map((row) => ({
    ...row,
    failingAttempts: row.failingAttempts ?? 0,
    untriedMs: Math.max(0, Number(row.untriedMs ?? 0)),
  }));
}
