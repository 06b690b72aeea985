import type { DataSource } from 'typeorm';
import { WebhooksSetupError } from '../../../core/errors.js';
import { webhooksMigrations } from './index.js';
import { migrationsTable } from './migrations-table.js';

/**
 * Removes the module from a database: drops the module's tables with everything in them, and deletes its rows from the
 * host's table of migrations. All of it happens in one transaction. The host's own tables and migrations stay. That
 * includes migrations that ran later, which `migration:revert` would revert first.
 *
 * First stop the processes that use the tables. Keep the module's entities in the data source until this function has run.
 *
 * @param dataSource an initialized data source that has `webhooksEntities`
 * @returns the names of the migrations that were reverted, the newest first
 * @throws WebhooksSetupError if none of the module's migrations was run on this database
 */
export async function removeWebhooks(dataSource: DataSource): Promise<string[]> {
  const table = migrationsTable(dataSource);
  return dataSource.transaction(async ({ queryRunner }) => {
    const rows = (await queryRunner!.query(`select name from ${table}`)) as { name: string }[];
    const recorded = new Set(rows.map(({ name }) => name));
    const applied = webhooksMigrations
      .map((Migration) => new Migration())
      .filter(({ name }) => recorded.has(name))
      .toReversed();
    if (applied.length === 0) {
      throw new WebhooksSetupError(
        `removeWebhooks: none of webhooksMigrations is recorded in ${table}. If the tables were made by synchronize, drop them by hand.`,
      );
    }
    for (const migration of applied) {
      await migration.down(queryRunner!);
      await queryRunner!.query(`delete from ${table} where name = $1`, [migration.name]);
    }
    return applied.map(({ name }) => name);
  });
}
