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

/** SQLSTATE classes: a value that the column's type or a constraint refuses, a column or table that does not exist. */
const DOES_NOT_FIT = /^(22|23|42)/;

/** Values as the host's parsers return them. `has_before` or `has_after` is `null` if the change lacks that row. */
interface RawRow extends Record<string, unknown> {
  has_before: unknown;
  has_after: unknown;
}

/**
 * PostgreSQL converts the captured rows, which are JSON, to rows of the host's table. So each column has its own type, and goes through the parsers
 * of the host's driver. TypeORM then builds entities from these rows.
 */
export async function readChangedRows(
  session: Session,
  captured: CapturedColumn,
  changes: readonly ClaimedChange[],
): Promise<Map<string, ChangedRow>> {
  const table = capturedTable(session.dataSource, captured);
  const raws = await readRaw(session, table, changes);
  const rows = raws.map((raw, place): [string, ChangedRow] => [
    changes[place]!.id,
    {
      before: raw.has_before === null ? null : toEntity(session, table, raw, 'b'),
      after: raw.has_after === null ? null : toEntity(session, table, raw, 'a'),
    },
  ]);
  return new Map(rows);
}

/** One row for each of `changes`, in their order. The host's parsers may change any value except `null`. */
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
    return await session.queryAsHost<RawRow>(
      `select case when c.row_before is not null then 1 end as has_before,
              case when c.row_after is not null then 1 end as has_after, ${columns.join(', ')}
         from unnest($2::bigint[], $3::bigint[]) with ordinality as claimed(due_at, id, place)
         left join lateral (
               select * from ${session.tables.changes} c
                where c.capture = $1 and c.due_at = claimed.due_at and c.id = claimed.id limit 1) c on true
         left join lateral jsonb_populate_record(null::${table.table}, c.row_before) b on true
         left join lateral jsonb_populate_record(null::${table.table}, c.row_after) a on true
        order by claimed.place`,
      [table.name, changes.map(({ dueAt }) => dueAt), changes.map(({ id }) => id)],
    );
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string };
    if (!DOES_NOT_FIT.test(code)) throw error;
    throw new UnreadableRowsError(
      `The row does not fit ${table.table}, which has changed since the capture (${message}). Undo the change of the table, or delete the captured change.`,
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
