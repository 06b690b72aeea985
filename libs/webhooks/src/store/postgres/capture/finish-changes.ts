import type { CapturedColumn, ClaimedChange, PostponedChange } from '../../change-store.js';
import { capturedTable } from '../../schema/capture/captured-table.js';
import type { Session } from '../connection/session.js';

const MAX_ERROR_LENGTH = 500;

export async function deleteChanges(
  session: Session,
  captured: CapturedColumn,
  changes: readonly ClaimedChange[],
): Promise<void> {
  const { name } = capturedTable(session.dataSource, captured);
  await session.query(
    `delete from ${session.tables.changes} c
      using unnest($2::bigint[], $3::bigint[]) as claimed(due_at, id)
      where c.capture = $1 and c.due_at = claimed.due_at and c.id = claimed.id`,
    [name, changes.map(({ dueAt }) => dueAt), changes.map(({ id }) => id)],
  );
  const retried = changes.filter(({ dueAt }) => dueAt > 0);
  if (retried.length > 0) await releaseRows(session, name, retried);
}

export async function postponeChanges(
  session: Session,
  captured: CapturedColumn,
  changes: readonly PostponedChange[],
): Promise<void> {
  const { name } = capturedTable(session.dataSource, captured);
  await session.query(
    `update ${session.tables.changes} c
        set due_at = p.next_due_at, row_key = p.row_key, error = coalesce(p.error, c.error),
            attempts = c.attempts + case when p.error is null then 0 else 1 end
       from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[]) as p(due_at, id, next_due_at, row_key, error)
      where c.capture = $1 and c.due_at = p.due_at and c.id = p.id`,
    [
      name,
      changes.map(({ change }) => change.dueAt),
      changes.map(({ change }) => change.id),
      changes.map(({ dueAt }) => dueAt),
      changes.map(({ change }) => change.rowKey),
      changes.map(({ error }) => error && toStorable(error)),
    ],
  );
}

/**
 * The changes that waited for the retried changes become due. Skips changes that another worker has locked, because
 * they are due already.
 */
async function releaseRows(session: Session, name: string, retried: readonly ClaimedChange[]): Promise<void> {
  const { changes } = session.tables;
  await session.query(
    `update ${changes} set due_at = 0
      where capture = $1 and (due_at, id) in (
            select due_at, id from ${changes}
             where capture = $1 and row_key = any($2::text[]) and due_at > 0 and attempts = 0
               for update skip locked)`,
    [name, retried.map(({ rowKey }) => rowKey)],
  );
}

function toStorable(error: string): string {
  return error.replaceAll('\0', '\uFFFD').toWellFormed().slice(0, MAX_ERROR_LENGTH).toWellFormed();
}
