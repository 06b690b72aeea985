import type { EntityManager } from 'typeorm';
import { MissingRightsError, type MissingRight } from '../../../core/setup-errors.js';
import { type Tables, tableMetadata } from '../../schema/tables.js';
import type { ProcessRole } from '../../setup-store.js';
import { withConnection } from '../connection/guarded-connection.js';
import type { Session } from '../connection/session.js';

type Right = 'select' | 'insert' | 'update' | 'delete';

const READ: Right[] = ['select'];
const ADD: Right[] = ['select', 'insert'];
const EDIT: Right[] = ['select', 'insert', 'update'];
const ALL: Right[] = ['select', 'insert', 'update', 'delete'];

/** What the statements of a process need. Locking a row takes the right to update it. */
const RIGHTS: Record<ProcessRole, Record<keyof Tables, Right[]>> = {
  api: {
    accounts: EDIT,
    alerts: READ,
    attempts: READ,
    changes: READ,
    deliveries: ['select', 'update'],
    endpoints: EDIT,
    events: ADD,
    lanes: EDIT,
    leases: READ,
    unrelayed: ADD,
  },
  worker: {
    accounts: ALL,
    alerts: ALL,
    attempts: ['select', 'insert', 'delete'],
    changes: ['select', 'update', 'delete'],
    deliveries: ALL,
    endpoints: ALL,
    events: ALL,
    lanes: ALL,
    leases: ALL,
    unrelayed: ALL,
  },
};

/**
 * Throws {@link MissingRightsError} with every right that the role of this connection lacks. Missing tables have none. Reads
 * past the session, which refuses statements while tables are missing.
 */
export function checkRights(session: Session, role: ProcessRole): Promise<void> {
  return withConnection(session.dataSource, session.timeoutMs, async ({ manager }) => {
    const { user, schema } = await findClosedSchema(session, manager);
    if (schema !== null) throw new MissingRightsError(user, [{ rights: ['usage'], on: `schema ${schema}` }]);
    const missing: MissingRight[] = [];
    for (const [name, rights] of Object.entries(RIGHTS[role]) as [keyof Tables, Right[]][])
      missing.push(...(await missingOn(session, manager, name, rights)));
    if (missing.length > 0) throw new MissingRightsError(user, missing);
  });
}

/** The schema of the tables, quoted, if this role may not use it: their names would lead to no table. */
async function findClosedSchema(
  { dataSource }: Session,
  manager: EntityManager,
): Promise<{ user: string; schema: string | null }> {
  const { schema, tableName } = tableMetadata(dataSource, 'events');
  const [row] = await manager.query<{ user: string; schema: string | null }[]>(
    `select current_user::text as "user",
            (select quote_ident(n.nspname)
               from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relname = $1 and not has_schema_privilege(n.oid, 'usage')
                and n.nspname = any (case when $2 <> '' then array[$2::text] else string_to_array(
                      replace(translate(current_setting('search_path'), '" ', ''), '$user', current_user), ',') end)
              limit 1) as schema`,
    [tableName, schema ?? ''],
  );
  return row!;
}

async function missingOn(
  session: Session,
  manager: EntityManager,
  name: keyof Tables,
  rights: Right[],
): Promise<MissingRight[]> {
  const table = session.tables[name];
  const generated = tableMetadata(session.dataSource, name).columns.find(({ isGenerated }) => isGenerated);
  const usesSequence = generated !== undefined && rights.includes('insert');
  const [row] = await manager.query<{ lacking: string; sequence: string | null }[]>(
    `select concat_ws(',', ${rights.map(lacks).join(', ')}) as lacking, s.sequence
       from (select to_regclass($1) as oid) t
       left join lateral (
         select q.name as sequence
           from (select pg_get_serial_sequence($1, $2) as name) q
          where $2 <> '' and not has_sequence_privilege(q.name, 'usage')
       ) s on true
      where t.oid is not null`,
    [table, usesSequence ? generated.databaseName : ''],
  );
  const lacking = (row?.lacking ?? '').split(',').filter((right) => right !== '');
  return [
    ...(lacking.length > 0 ? [{ rights: lacking, on: `table ${table}` }] : []),
    ...(row?.sequence ? [{ rights: ['usage'], on: `sequence ${row.sequence}` }] : []),
  ];
}

/** SQL for the name of the right, or null if it is there. Rights may be granted column by column, except to delete. */
function lacks(right: Right): string {
  const has =
    right === 'delete'
      ? `has_table_privilege(t.oid, 'delete')`
      : `has_any_column_privilege(t.oid, '${right}')`;
  return `case when not ${has} then '${right}' end`;
}
