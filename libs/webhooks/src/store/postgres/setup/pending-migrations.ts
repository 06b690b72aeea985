import type { DataSource } from 'typeorm';
import { webhooksMigrations } from '../../schema/migrations/index.js';

/** Migrations of this module are listed in the data source and were not run: the host is about to run them. */
export async function hasPendingMigrations(
  { migrations, options, driver }: DataSource,
  query: (sql: string) => Promise<unknown[]>,
): Promise<boolean> {
  const ours = new Set<string>(webhooksMigrations.map((Migration) => new Migration().name));
  const listed = migrations
    .map((migration) => migration.name ?? migration.constructor.name)
    .filter((name) => ours.has(name));
  if (listed.length === 0) return false;
  const { schema } = options as { schema?: string };
  const table = driver
    .buildTableName(options.migrationsTableName ?? 'migrations', schema)
    .split('.')
    .map((part) => driver.escape(part))
    .join('.');
  try {
    const run = new Set(
      (await query(`select name from ${table}`)).map((row) => (row as { name: string }).name),
    );
    return listed.some((name) => !run.has(name));
  } catch {
    return false;
  }
}
