import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const BATCH = 500;
/** Alerts stay this long in any case, ms: the limits on how often are read from them. */
const SHORTEST = 7 * 24 * 3_600_000;

/**
 * Deletes a batch of alerts that were written more than `retentionMs` ago (a week at least) and are sent or given up,
 * the oldest first. Answers how many; fewer than a batch: no more now.
 */
export async function deleteOldAlerts(database: Session, retentionMs: number): Promise<number> {
  const { alerts } = database.tables;
  const rows = await database.query<{ id: string }>(
    `with old as materialized (
       select id from ${alerts} where id in (select id from ${alerts} order by id limit ${BATCH})
          and created_at < ${nowMs(1)} - $2::bigint and next_at is null
          for update skip locked
     )
     delete from ${alerts} where id in (select id from old) returning id`,
    [database.clockOffset, Math.max(retentionMs, SHORTEST)],
  );
  return rows.length;
}
