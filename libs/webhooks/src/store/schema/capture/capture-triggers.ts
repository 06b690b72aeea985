import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { CapturedColumn } from '../../change-store.js';
import { tableMetadata } from '../tables.js';
import type { CapturedTable, ColumnMetadata } from './captured-table.js';

/** PostgreSQL truncates longer names. */
const MAX_NAME_LENGTH = 63;
/** Bits of `pg_trigger.tgtype`. Without the bits for `before` and `instead of`, a trigger runs after the change. */
const TRIGGER_TYPE = { row: 1, insert: 4, delete: 8, update: 16 };
/** Types without an equality operator in PostgreSQL, or with an inexact one. Their texts are compared instead. */
const WITHOUT_EQUALITY = new Set([
  'json',
  'xml',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
]);

/** A trigger on a table of the host. */
export interface CaptureTrigger {
  name: string;
  /** `pg_trigger.tgtype` */
  type: number;
  /** Columns that its condition names. */
  columns: string[];
  /** The SQL between `create trigger <name> after` and `execute function`. */
  clause: (table: string) => string;
}

/** The triggers that a capture needs, and no others. */
export function captureTriggers(
  dataSource: DataSource,
  captured: CapturedColumn,
  { column }: CapturedTable,
): CaptureTrigger[] {
  const { tableName } = tableMetadata(dataSource, 'changes');
  const name = (suffix: string) => shorten(`${tableName}_${column.databaseName}_${suffix}`);
  // Not "update of", which would not fire if another trigger of the host changes the column.
  const update: CaptureTrigger = {
    name: name('update'),
    type: TRIGGER_TYPE.row | TRIGGER_TYPE.update,
    columns: [column.databaseName],
    clause: (table) => `update on ${table} for each row when (${isChanged(dataSource, column)})`,
  };
  const events = (['insert', 'delete'] as const).filter((event) => captured[event]);
  if (events.length === 0) return [update];
  const rows: CaptureTrigger = {
    name: name('rows'),
    type: events.reduce((type, event) => type | TRIGGER_TYPE[event], TRIGGER_TYPE.row),
    columns: [],
    clause: (table) => `${events.join(' or ')} on ${table} for each row`,
  };
  return [update, rows];
}

function isChanged({ driver }: DataSource, { databaseName, type, isArray }: ColumnMetadata): string {
  const cast = WITHOUT_EQUALITY.has(String(type)) ? (isArray ? '::text[]' : '::text') : '';
  const column = `${driver.escape(databaseName)}${cast}`;
  return `old.${column} is distinct from new.${column}`;
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_LENGTH) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  let start = name;
  while (Buffer.byteLength(start) > MAX_NAME_LENGTH - 9) start = start.slice(0, -1);
  return `${start}_${hash}`;
}
