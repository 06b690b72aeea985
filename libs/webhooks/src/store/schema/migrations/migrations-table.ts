import type { DataSource } from 'typeorm';

/** Quoted name of the table in which TypeORM records the migrations of this data source. */
export function migrationsTable({ driver, options }: DataSource): string {
  const { schema } = options as { schema?: string };
  return driver
    .buildTableName(options.migrationsTableName ?? 'migrations', schema)
    .split('.')
    .map((part) => driver.escape(part))
    .join('.');
}
