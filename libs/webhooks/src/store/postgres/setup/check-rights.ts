import type { QueryRunner } from 'typeorm';
import { MissingRightsError, type MissingRight } from '../../../core/setup-errors.js';
import { type Tables, tableMetadata } from '../../schema/tables.js';
import type { ProcessRole } from '../../setup-store.js';
import { withConnection } from '../connection/guarded-connection.js';
import { withOwnParsers } from '../connection/own-parsers.js';
import type { Session } from '../connection/session.js';

type Right = 'select' | 'insert' | 'update' | 'delete';

const READ: Right[] = ['select'];
const ADD: Right[] = ['select', 'insert'];
const EDIT: Right[] = ['select', 'insert', 'update'];
const ALL: Right[] = ['select', 'insert', 'update', 'delete'];

/** The rights that the statements of a process need. Locking a row needs the right to update it. */
const RIGHTS: Record<ProcessRole, Record<keyof Tables, Right[]>> = {
  api: {
    accounts: EDIT,
    alerts: READ,
    attempts: READ,
    changes: READ,
    deliveries: ['select', 'update'],
    endpointHours: READ,
    endpoints: EDIT,
    events: ADD,
    idempotencyKeys: ALL,
    jobs: EDIT,
    lanes: EDIT,
    leases: READ,
    pauses: READ,
    unrelayed: ADD,
  },
  worker: {
    accounts: ALL,
    alerts: ALL,
    attempts: ALL,
    changes: ['select', 'update', 'delete'],
    deliveries: ALL,
    endpointHours: ALL,
    endpoints: ALL,
    events: ALL,
    idempotencyKeys: ALL,
    jobs: ALL,
    lanes: ALL,
    leases: ALL,
    pauses: ALL,
    unrelayed: ALL,
  },
};

/**
 * Throws {@link MissingRightsError} with every right that the connection's database role lacks on the tables that exist.
 * If the role may not use the schema of the tables, the error names only that right: the tables cannot be looked up then.
 * Does not run its statements through the session, because the session refuses statements while tables are missing.
 */
export function checkRights(session: Session, role: ProcessRole): Promise<void> {
  return withConnection(session.dataSource, session.timeoutMs, async (connected) => {
    const runner = withOwnParsers(connected);
    const { user, schema } = await findClosedSchema(session, runner);
    if (schema !== null) throw new MissingRightsError(user, [{ rights: ['usage'], on: `schema ${schema}` }]);
    const missing = await findMissing(session, runner, RIGHTS[role]);
    if (missing.length > 0) throw new MissingRightsError(user, missing);
  });
}

/** The schema of the tables (quoted) if this role may not use it. To such a role, the tables would seem to be missing. */
async function findClosedSchema(
  { dataSource }: Session,
  runner: QueryRunner,
): Promise<{ user: string; schema: string | null }> {
  const { schema, tableName } = tableMetadata(dataSource, 'events');
  const [row] = (await runner.query(
    `select current_user::text as "user",
            (select quote_ident(n.nspname)
               from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relname = $1 and not has_schema_privilege(n.oid, 'usage')
                -- No right is missing if the role finds the table in another schema of the search_path.
                and ($2 <> '' or to_regclass(quote_ident($1)) is null)
                and n.nspname = any (case when $2 <> '' then array[$2::text] else string_to_array(
                      replace(translate(current_setting('search_path'), '" ', ''), '$user', current_user), ',') end)
              limit 1) as schema`,
    [tableName, schema ?? ''],
  )) as { user: string; schema: string | null }[];
  return row!;
}

/** Rights may be granted by column, except the right to delete. */
async function findMissing(
  session: Session,
  runner: QueryRunner,
  wanted: Record<keyof Tables, Right[]>,
): Promise<MissingRight[]> {
  const tables = (Object.entries(wanted) as [keyof Tables, Right[]][]).map(([name, rights]) => {
    const generated = tableMetadata(session.dataSource, name).columns.find(({ isGenerated }) => isGenerated);
    const numbered = generated && rights.includes('insert') ? generated.databaseName : null;
    return { table: session.tables[name], rights: rights.join(), numbered };
  });
  const rows = (await runner.query(
    `select w."table",
            (select string_agg(name, ',' order by place)
               from unnest(string_to_array(w.rights, ',')) with ordinality as r(name, place)
              where not case name when 'delete' then has_table_privilege(t.oid, name)
                                  else has_any_column_privilege(t.oid, name) end) as lacking,
            (select q.name
               from (select pg_get_serial_sequence(w."table", w.numbered) as name) q
              where not has_sequence_privilege(q.name, 'usage')) as sequence
       from unnest($1::text[], $2::text[], $3::text[]) with ordinality as w("table", rights, numbered, place)
      cross join lateral (select to_regclass(w."table") as oid) t
      where t.oid is not null
      order by w.place`,
    [
      tables.map(({ table }) => table),
      tables.map(({ rights }) => rights),
      tables.map(({ numbered }) => numbered),
    ],
  )) as { table: string; lacking: string | null; sequence: string | null }[];
  return rows.flatMap(({ table, lacking, sequence }) => [
    ...(lacking === null ? [] : [{ rights: lacking.split(','), on: `table ${table}` }]),
    ...(sequence === null ? [] : [{ rights: ['usage'], on: `sequence ${sequence}` }]),
  ]);
}
