import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import {
  type CapturedColumn,
  type ChangedRow,
  type ClaimedChange,
  UnreadableRowsError,
} from '../../change-store.js';
import { type CapturedTable, capturedTable, isUnstored } from '../../schema/capture/captured-table.js';
import { hydrateRow } from '../../typeorm/hydrate-row.js';
import type { Session } from '../connection/session.js';

/** SQLSTATE classes: a value that its type does not accept, a column or table that does not exist. */
const DOES_NOT_FIT = /^(22|23|42)/;

interface RawRow extends Record<string, unknown> {
  id: string;
  inserted: boolean;
  deleted: boolean;
}

/**
 * PostgreSQL makes rows of the host's table of the JSON, so that each column comes in its own type, through the parsers of
 * the host's driver. TypeORM makes entities of them.
 */
export async function readChangedRows(
  session: Session,
  captured: CapturedColumn,
  changes: readonly ClaimedChange[],
): Promise<Map<string, ChangedRow>> {
  const table = capturedTable(session.dataSource, captured);
  const raws = await readRaw(session, table, changes);
  const rows = raws.map((raw): [string, ChangedRow] => [
    raw.id,
    {
      before: raw.inserted ? null : toEntity(session, table, raw, 'b'),
      after: raw.deleted ? null : toEntity(session, table, raw, 'a'),
    },
  ]);
  return new Map(rows);
}

async function readRaw(
  session: Session,
  table: CapturedTable,
  changes: readonly ClaimedChange[],
): Promise<RawRow[]> {
  const { driver } = session.dataSource;
  const columns = storedColumns(table.metadata).flatMap(({ databaseName }, place) =>
    ['b', 'a'].map((row) => `${row}.${driver.escape(databaseName)} as "${row}${place}"`),
  );
  try {
    return await session.query<RawRow>(
      `select c.id, c.row_before is null as inserted, c.row_after is null as deleted, ${columns.join(', ')}
         from unnest($2::bigint[], $3::bigint[]) as claimed(due_at, id)
        cross join lateral (
               select * from ${session.tables.changes} c
                where c.capture = $1 and c.due_at = claimed.due_at and c.id = claimed.id limit 1) c
        cross join lateral jsonb_populate_record(null::${table.table}, c.row_before) b
        cross join lateral jsonb_populate_record(null::${table.table}, c.row_after) a`,
      [table.name, changes.map(({ dueAt }) => dueAt), changes.map(({ id }) => id)],
    );
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string };
    if (!DOES_NOT_FIT.test(code)) throw error;
    throw new UnreadableRowsError(
      `The row does not fit ${table.table} as it is now (${message}). Undo the change of the table, or delete the captured change.`,
      { cause: error },
    );
  }
}

function toEntity(
  { dataSource }: Session,
  { metadata }: CapturedTable,
  raw: RawRow,
  row: 'a' | 'b',
): ObjectLiteral {
  const values = storedColumns(metadata).map((_, place) => raw[`${row}${place}`]);
  return hydrateRow(dataSource, metadata, storedColumns(metadata), values);
}

const storedColumns = ({ columns }: EntityMetadata) => columns.filter((column) => !isUnstored(column));
