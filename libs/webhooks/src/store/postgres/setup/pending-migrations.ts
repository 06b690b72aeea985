import type { DataSource, MigrationInterface } from 'typeorm';
import { capturedBy } from '../../schema/capture/capture-migration.js';
import { migrationsTable } from '../../schema/migrations/migrations-table.js';
import { webhooksMigrations } from '../../schema/migrations/index.js';
import type { CapturedColumn } from '../../change-store.js';

type Query = (sql: string) => Promise<unknown[]>;

/** Returns whether migrations of this module are listed in the data source but were not run: the host is about to run them. */
export function hasPendingMigrations(dataSource: DataSource, query: Query): Promise<boolean> {
  const ours = new Set<string>(webhooksMigrations.map((Migration) => new Migration().name));
  return isAnyPending(dataSource, query, (migration) => ours.has(nameOf(migration)));
}

/** Returns whether a migration for the triggers of this capture is listed in the data source but was not run. */
export function hasPendingCapture(
  dataSource: DataSource,
  query: Query,
  { entity, column }: CapturedColumn,
): Promise<boolean> {
  return isAnyPending(dataSource, query, (migration) => {
    const captured = capturedBy(migration);
    return captured?.entity === entity && captured.column === column;
  });
}

async function isAnyPending(
  dataSource: DataSource,
  query: Query,
  isMeant: (migration: MigrationInterface) => boolean,
): Promise<boolean> {
  const listed = dataSource.migrations.filter(isMeant).map(nameOf);
  if (listed.length === 0) return false;
  const table = migrationsTable(dataSource);
  try {
    const run = new Set(
      (await query(`select name from ${table}`)).map((row) => (row as { name: string }).name),
    );
    return listed.some((name) => !run.has(name));
  } catch {
    return false;
  }
}

const nameOf = (migration: MigrationInterface): string => migration.name ?? migration.constructor.name;
