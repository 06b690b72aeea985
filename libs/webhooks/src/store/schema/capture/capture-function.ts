import type { DataSource } from 'typeorm';
import { tableMetadata, tablesOf } from '../tables.js';

/** Quoted name of the function that the triggers call. Its schema is that of the table of changes. */
export function captureFunction(dataSource: DataSource): string {
  const { changes } = tablesOf(dataSource);
  const schema = changes.slice(0, changes.lastIndexOf('.') + 1);
  return schema + dataSource.driver.escape(`${tableMetadata(dataSource, 'changes').tableName}_capture`);
}

/**
 * SQL of the function that the triggers call. The function runs in transactions of the host, and of other programs that
 * write to the host's table:
 * - It runs as the role that has run the migration, because the roles of these programs may have no rights to `table`.
 * - It names the table of changes with its schema, and uses only functions and operators of `pg_catalog`, because each
 *   program may have another search path.
 * - It names no column of the host's row, so a change of the host's table cannot make the host's statements fail.
 *
 * @param name name of the function
 * @param table quoted name of the table of changes, with its schema
 */
export function captureFunctionSql(name: string, table: string): string {
  return `create or replace function ${name}() returns trigger language plpgsql security definer as $capture$
begin
  insert into ${table} (capture, event_id, created_at, row_before, row_after)
  values (tg_argv[0], pg_catalog.gen_random_uuid(),
          (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000)::pg_catalog.int8,
          pg_catalog.to_jsonb(old), pg_catalog.to_jsonb(new));
  return null;
end $capture$`;
}
