import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const BATCH_ROWS = 1000;

export async function closeTenant(session: Session, tenantId: string): Promise<void> {
  const { endpoints, lanes, pauses } = session.tables;
  await session.transaction(async (tx) => {
    await tx.query(
      `update ${endpoints} set deleted_at = ${nowMs(1)}, secrets = '[]', headers = null where tenant_id = $2 and deleted_at is null`,
      [session.clockOffset, tenantId],
    );
    await tx.query(
      `delete from ${pauses} where (scope = 'tenant' and value = $1)
          or (scope = 'endpoint' and value in (select id::text from ${endpoints} where tenant_id = $1))`,
      [tenantId],
    );
    // The lanes are locked in the order of their ids, as in all statements that lock several lanes.
    await tx.query(
      `with locked as materialized (
         select id from ${lanes} where tenant_id = $1 order by id for no key update
       )
       update ${lanes} set state = 'closed', next_due_at = null where id in (select id from locked)`,
      [tenantId],
    );
  });
}

export async function countTenantRecords(session: Session, tenantId: string, limit: number): Promise<number> {
  const { deliveries, events, lanes } = session.tables;
  const [row] = await session.query<{ count: number }>(
    `select (select count(*) from (select 1 from ${events} where tenant_id = $1 limit $2) e)::int
          + (select count(*) from (select 1 from ${lanes} l join ${deliveries} d on d.lane_id = l.id
                                    where l.tenant_id = $1 limit $2) d)::int as count`,
    [tenantId, limit],
  );
  return row!.count;
}

export async function deleteTenantEvents(session: Session, tenantId: string): Promise<number> {
  const { events, unrelayed } = session.tables;
  const [row] = await session.query<{ deleted: number }>(
    `with gone as (
       delete from ${events}
        where sequence = any(array(select sequence from ${events} where tenant_id = $1 order by sequence limit ${BATCH_ROWS}))
       returning sequence
     ), unqueued as (
       delete from ${unrelayed} where sequence in (select sequence from gone)
     )
     select count(*)::int as deleted from gone`,
    [tenantId],
  );
  return row!.deleted;
}

/**
 * A second statement deletes the attempts. So it also sees attempts that were recorded while the first statement waited
 * for locks.
 */
export async function deleteTenantDeliveries(session: Session, tenantId: string): Promise<number> {
  const { attempts, deliveries, lanes } = session.tables;
  return session.transaction(async (tx) => {
    const gone = await tx.query<{ id: string }>(
      `with picked as materialized (
         select d.id
           from ${lanes} l
           join ${deliveries} d on d.lane_id = l.id
          where l.tenant_id = $1
          limit ${BATCH_ROWS}
       )
       delete from ${deliveries} where id in (select id from picked) returning id`,
      [tenantId],
    );
    await tx.query(`delete from ${attempts} where delivery_id = any($1::bigint[])`, [
      gone.map(({ id }) => id),
    ]);
    return gone.length;
  });
}
