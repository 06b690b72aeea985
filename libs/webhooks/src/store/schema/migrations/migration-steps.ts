import type { QueryRunner } from 'typeorm';
import { WebhooksSetupError } from '../../../core/errors.js';
import { type Tables, tableMetadata, tablesOf } from '../tables.js';

/** Stops a migration before its first statement unless the database is PostgreSQL: not every database can undo DDL. */
export function requirePostgres({ connection }: QueryRunner): void {
  const { type } = connection.options;
  if (type === 'postgres') return;
  throw new WebhooksSetupError(
    `WebhooksModule works on PostgreSQL for now; this data source is "${type}". Nothing was created. List \`webhooksMigrations\` and \`webhooksEntities\` in a PostgreSQL data source, and name it: forRoot({ dataSource: 'name' }).`,
  );
}

/** The quoted name of an index on `table`. `suffix`: the end of its declared name. */
export function indexName({ connection }: QueryRunner, table: keyof Tables, suffix: string): string {
  const found = tableMetadata(connection, table).indices.find(({ name }) => name.endsWith(suffix));
  return connection.driver.escape(found!.name);
}

/**
 * Locks tables until the transaction ends. In `share` mode, which `create index` takes, writers wait. In `access
 * exclusive` mode, which `drop index` takes, readers wait, too. If another transaction holds one of the tables, the
 * statement releases all of them and tries again. So no transaction waits long behind this lock, and none is aborted
 * because of a deadlock with it.
 */
export async function lockTables(
  runner: QueryRunner,
  mode: 'share' | 'access exclusive',
  ...names: (keyof Tables)[]
): Promise<void> {
  const tables = tablesOf(runner.connection);
  await runner.query(`do $$ begin
    perform set_config('lock_timeout', '200ms', true);
    for i in 1..600 loop
      begin
        lock table ${names.map((name) => tables[name]).join(', ')} in ${mode} mode;
        perform set_config('lock_timeout', '0', true);
        return;
      exception when lock_not_available then
        perform pg_sleep(random() / 20);
      end;
    end loop;
    raise exception 'The webhook tables are in use: stop the workers, and run this migration again.';
  end $$`);
}

/** Drops an index. It need not exist, because the host may have dropped it. */
export async function dropIndex(runner: QueryRunner, table: keyof Tables, suffix: string): Promise<void> {
  const path = tablesOf(runner.connection)[table];
  const schema = path.slice(0, path.lastIndexOf('.') + 1);
  await runner.query(`drop index if exists ${schema}${indexName(runner, table, suffix)}`);
}
