import { tableMetadata } from '../../schema/tables.js';
import type { DatabaseHealth, QueueFigures } from '../../setup-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** Rows are counted up to this number, so that counting stays cheap. */
const MAX_COUNTED = 10_000;

export async function readQueueFigures(session: Session): Promise<QueueFigures> {
  const { deliveries, events, lanes, leases, unrelayed } = session.tables;
  const [row] = await session.queryUnlogged<
    Omit<QueueFigures, 'lagMs' | 'waitMs'> & { lagMs: string | null; waitMs: string | null }
  >(
    `with lane as materialized (
       select id, next_due_at from ${lanes} where state = 'open' and next_due_at <= ${nowMs(1)} order by next_due_at limit ${MAX_COUNTED}
     ), waiting as materialized (
       select d.next_at from lane
        cross join lateral (select next_at from ${deliveries} d
                             where d.lane_id = lane.id and d.next_at <= ${nowMs(1)} order by d.retry, d.next_at limit ${MAX_COUNTED}) d
        limit ${MAX_COUNTED}
     ), unrelayed as materialized (
       select e.created_at from ${unrelayed} u join ${events} e on e.sequence = u.sequence order by u.sequence limit ${MAX_COUNTED}
     )
     select (select count(*)::int from unrelayed) as unrelayed,
            (select count(*)::int from lane) as "dueLanes",
            (select count(*)::int from waiting) as due,
            (select count(*)::int from ${leases}) as leases,
            greatest(0, ${nowMs(1)} - least((select min(created_at) from unrelayed), (select min(next_at) from waiting))) as "lagMs",
            greatest(0, ${nowMs(1)} - least((select min(created_at) from unrelayed), (select min(next_due_at) from lane))) as "waitMs"`,
    [session.clockOffset],
  );
  return { ...row!, lagMs: Number(row!.lagMs ?? 0), waitMs: Number(row!.waitMs ?? 0) };
}

export async function readDatabaseHealth(session: Session): Promise<DatabaseHealth> {
  const { deliveries, events, lanes, leases, unrelayed } = session.tables;
  type Row = Record<keyof Omit<DatabaseHealth, 'table' | 'hasWorkers'>, string> & { hasWorkers: boolean };
  const [row] = await session.queryUnlogged<Row>(
    `select (select coalesce(sum(n_dead_tup), 0) from pg_stat_user_tables where relid = any($2::text[]::regclass[]::oid[])) as "deadRows",
            (select coalesce(sum(n_live_tup), 0) from pg_stat_user_tables where relid = any($2::text[]::regclass[]::oid[])) as "liveRows",
            (select coalesce(max(extract(epoch from clock_timestamp() - xact_start) * 1000), 0)::bigint
               from pg_stat_activity where backend_xmin is not null and datname = current_database()
                and pid <> pg_backend_pid()) as "oldestTransactionMs",
            (select coalesce(${nowMs(1)} - min(created_at), 0)
               from (select e.created_at from ${unrelayed} u
                       join ${events} e on e.sequence = u.sequence
                      order by u.sequence limit 1) oldest) as "relayLagMs",
            exists (select 1 from ${leases} where expires_at > ${nowMs(1)}) as "hasWorkers"`,
    [session.clockOffset, [deliveries, lanes, events]],
  );
  return {
    deadRows: Number(row!.deadRows),
    liveRows: Number(row!.liveRows),
    table: tableMetadata(session.dataSource, 'deliveries').tableName,
    oldestTransactionMs: Number(row!.oldestTransactionMs),
    relayLagMs: Number(row!.relayLagMs),
    hasWorkers: row!.hasWorkers,
  };
}
