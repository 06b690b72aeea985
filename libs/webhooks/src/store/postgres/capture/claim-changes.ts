import type { CapturedColumn, ClaimedChange } from '../../change-store.js';
import { type CapturedTable, capturedTable } from '../../schema/capture/captured-table.js';
import type { Session } from '../connection/session.js';
import { endIfIdle, nowMs } from '../fragments/expressions.js';

interface ChangeRow {
  id: string;
  dueAt: string;
  rowKey: string;
  eventId: string;
  createdAt: string;
  attempts: number;
  isHeld: boolean;
  heldUntil: string | null;
  now: string;
}

/**
 * Locks changes, and finds those that an earlier change of the same row holds back. Earlier changes that have a due time
 * are looked up by row in an index. The other earlier changes have no due time, because they are untried. Another worker has locked them. They are few, so
 * the statement reads all of them.
 */
export async function claimChanges(
  session: Session,
  captured: CapturedColumn,
  limit: number,
): Promise<ClaimedChange[]> {
  const { changes } = session.tables;
  const table = capturedTable(session.dataSource, captured);
  const rowKey = (alias: string) => rowKeySql(table, alias);
  const rows = await session.query<ChangeRow>(
    `with settings as materialized (
       select ${endIfIdle(4)}
     ), untried as materialized (
       select * from ${changes} where capture = $2 and due_at = 0 order by id limit $3 for update skip locked
     ), due as materialized (
       select * from ${changes} where capture = $2 and due_at > 0 and due_at <= ${nowMs(1)} order by due_at, id limit $3
          for update skip locked
     ), taken as materialized (
       select c.id, c.due_at, c.event_id, c.created_at, c.attempts, ${rowKey('c')} as row_key
         from (select * from untried union all select * from due) c
     ), locked_elsewhere as materialized (
       select e.id, ${rowKey('e')} as row_key
         from ${changes} e
        where e.capture = $2 and e.due_at = 0 and e.id < (select max(id) from taken) and e.id not in (select id from taken)
     )
     select t.id, t.due_at as "dueAt", t.row_key as "rowKey", t.event_id as "eventId", t.created_at as "createdAt", t.attempts,
            h.held_until is not null or l.is_held as "isHeld",
            case when h.held_until > (select ${nowMs(1)}) then h.held_until end as "heldUntil",
            (select ${nowMs(1)}) as now
       from taken t
      cross join settings
      cross join lateral (
             select max(e.due_at) as held_until
               from ${changes} e
              where e.capture = $2 and e.row_key = t.row_key and e.id < t.id and e.due_at > 0
                and e.id not in (select id from taken)) h
      cross join lateral (
             select exists (select 1 from locked_elsewhere e where e.row_key = t.row_key and e.id < t.id) as is_held) l
      order by t.id`,
    [session.clockOffset, table.name, limit, session.timeoutMs],
  );
  if (rows.length > 0) session.clock.observe(rows[0]!.now);
  return rows.map((row) => ({
    id: row.id,
    dueAt: Number(row.dueAt),
    rowKey: row.rowKey,
    eventId: row.eventId,
    createdAt: Number(row.createdAt),
    attempts: row.attempts,
    isHeld: row.isHeld,
    heldUntil: row.heldUntil === null ? null : Number(row.heldUntil),
  }));
}

/** SQL for the primary key of the host's row, as JSON text. */
function rowKeySql({ metadata }: CapturedTable, alias: string): string {
  const values = metadata.primaryColumns.map(
    ({ databaseName }) =>
      `coalesce(${alias}.row_after, ${alias}.row_before) -> '${databaseName.replaceAll("'", "''")}'`,
  );
  return `jsonb_build_array(${values.join(', ')})::text`;
}
