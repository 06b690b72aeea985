import type { DataSource } from 'typeorm';
import { migrationsTable } from '../../schema/migrations/migrations-table.js';
import { webhooksMigrations } from '../../schema/migrations/index.js';

/** Migrations of this module are listed in the data source and were not run: the host is about to run them. */
export async function hasPendingMigrations(
  dataSource: DataSource,
  query: (sql: string) => Promise<unknown[]>,
): Promise<boolean> {
  const ours = new Set<string>(webhooksMigrations.map((Migration) => new Migration().name));
  const listed = dataSource.migrations
    .map((migration) => migration.name ?? migration.constructor.name)
    .filter((name) => ours.has(name));
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
