import type { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';

const BATCH = 1000;

/** Removes every row of a tenant. Answers how many deliveries went. */
export async function removeTenant(database: Session, tenantId: string): Promise<number> {
  const { tables } = database;
  await closeLanes(database, tenantId);
  // Events first, so that the relay makes no more deliveries of them.
  await inBatches(() => removeEvents(database, tenantId));
  let deliveries = 0;
  await inBatches(async () => {
    const removed = await removeDeliveries(database, tenantId);
    deliveries += removed;
    return removed;
  });
  await inBatches(() => remove(database, tables.alerts, 'id', 'tenant_id = $1', tenantId));
  await inBatches(() => remove(database, tables.lanes, 'id', 'tenant_id = $1', tenantId));
  await inBatches(() => remove(database, tables.endpoints, 'id', 'tenant_id = $1', tenantId));
  await database.query(`delete from ${tables.accounts} where tenant_id = $1`, [tenantId]);
  return deliveries;
}

/** From here on nothing is sent: what is in flight finds nothing to write to. */
async function closeLanes(database: Session, tenantId: string): Promise<void> {
  const { endpoints, lanes } = database.tables;
  await database.transaction(async (tx) => {
    await tx.query(
      `update ${endpoints} set deleted_at = ${nowMs(1)}, secrets = '[]', headers = null where tenant_id = $2 and deleted_at is null`,
      [database.clockOffset, tenantId],
    );
    await tx.query(`update ${lanes} set state = 'closed', next_due_at = null where tenant_id = $1`, [
      tenantId,
    ]);
  });
}

async function inBatches(removeSome: () => Promise<number>): Promise<void> {
  while ((await removeSome()) === BATCH);
}

async function remove(
  database: Session,
  table: string,
  key: string,
  where: string,
  tenantId: string,
): Promise<number> {
  const rows = await database.query<{ key: string }>(
    `delete from ${table}
      where ${key} = any(array(select ${key} from ${table} where ${where} order by ${key} limit ${BATCH}))
     returning ${key} as key`,
    [tenantId],
  );
  return rows.length;
}

async function removeEvents(database: Session, tenantId: string): Promise<number> {
  const { events, unrelayed } = database.tables;
  const [row] = await database.query<{ removed: number }>(
    `with gone as (
       delete from ${events}
        where sequence = any(array(select sequence from ${events} where tenant_id = $1 order by sequence limit ${BATCH}))
       returning sequence
     ), unqueued as (
       delete from ${unrelayed} where sequence in (select sequence from gone)
     )
     select count(*)::int as removed from gone`,
    [tenantId],
  );
  return row!.removed;
}

async function removeDeliveries(database: Session, tenantId: string): Promise<number> {
  const { attempts, deliveries, lanes } = database.tables;
  const [row] = await database.query<{ removed: string }>(
    `with picked as materialized (
       select d.id
         from ${lanes} l
         join ${deliveries} d on d.lane_id = l.id
        where l.tenant_id = $1
        limit ${BATCH}
     ), histories as (
       delete from ${attempts} where delivery_id in (select id from picked)
     ), removed as (
       delete from ${deliveries} where id in (select id from picked) returning id
     )
     select count(*) as removed from removed`,
    [tenantId],
  );
  return Number(row!.removed);
}
