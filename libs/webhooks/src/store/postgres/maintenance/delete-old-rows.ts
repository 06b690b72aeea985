import type { RetentionBatch } from '../../maintenance-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_ROWS_DELETED = 500;
/** Maximum number of rows that one call reads, so that a call does not read a whole table that has no old rows. */
const MAX_ROWS_SCANNED = 2_000;
/**
 * Deleted endpoints stay at least this long. If a relay has read an endpoint before the deletion, that relay ends within
 * this time.
 */
const ENDPOINT_RETENTION_MS = 3_600_000;
/** Alerts stay at least this long, because the limits on new alerts look up earlier alerts. */
const MIN_ALERT_RETENTION_MS = 7 * 24 * 3_600_000;

export async function deleteOldDeliveries(
  session: Session,
  retentionMs: number,
  after: string,
): Promise<RetentionBatch> {
  const { attempts, deliveries } = session.tables;
  const [row] = await session.queryUnlogged<RetentionBatch>(
    `with scanned as materialized (
       select id, created_at, finished_at from ${deliveries} where id > $3::bigint order by id limit ${MAX_ROWS_SCANNED}
     ), expired as materialized (
       select d.id from ${deliveries} d
        where d.id in (select id from scanned where finished_at < ${nowMs(1)} - $2::bigint) and d.finished_at is not null
        order by d.id limit ${MAX_ROWS_DELETED}
          for update skip locked
     ), gone_attempts as (
       delete from ${attempts} where delivery_id in (select id from expired)
     ), gone as (
       delete from ${deliveries} where id in (select id from expired)
     )
     select case when (select count(*) from expired) = ${MAX_ROWS_DELETED} then (select max(id) from expired)
                 when exists (select 1 from scanned where created_at < ${nowMs(1)} - $2::bigint) then (select max(id) from scanned)
            end as next,
            (select count(*)::int from expired) as done`,
    [session.clockOffset, retentionMs, after],
  );
  return row!;
}

export async function deleteUnusedEvents(
  session: Session,
  retentionMs: number,
  after: string,
): Promise<RetentionBatch> {
  const { deliveries, events, unrelayed } = session.tables;
  const [row] = await session.queryUnlogged<RetentionBatch>(
    `with scanned as materialized (
       select sequence, created_at from ${events} where sequence > $3::bigint order by sequence limit ${MAX_ROWS_SCANNED}
     ), unused as materialized (
       select e.sequence from ${events} e
        where e.sequence in (select sequence from scanned where created_at < ${nowMs(1)} - $2::bigint)
          and not exists (select 1 from ${unrelayed} u where u.sequence = e.sequence)
          and not exists (select 1 from ${deliveries} d where d.event_sequence = e.sequence)
        order by e.sequence limit ${MAX_ROWS_DELETED}
          for update skip locked
     ), gone as (
       delete from ${events} where sequence in (select sequence from unused)
     )
     select case when (select count(*) from unused) = ${MAX_ROWS_DELETED} then (select max(sequence) from unused)
                 when exists (select 1 from scanned where created_at < ${nowMs(1)} - $2::bigint) then (select max(sequence) from scanned)
            end as next,
            (select count(*)::int from unused) as done`,
    [session.clockOffset, retentionMs, after],
  );
  return row!;
}

export async function deleteUnusedEndpoints(session: Session, after: string): Promise<string | null> {
  const { deliveries, endpointHours, endpoints, lanes } = session.tables;
  // The inner query finds the first delivery of this lane or of a later lane. The comment in `deleteIdleLanes` gives the
  // reason.
  const [row] = await session.queryUnlogged<{ next: string | null }>(
    `with scanned as materialized (
       select id, deleted_at from ${endpoints}
        where id > $2::uuid and deleted_at is not null order by id limit ${MAX_ROWS_SCANNED}
     ), unused as materialized (
       select e.id, l.id as lane_id
         from ${endpoints} e
         left join ${lanes} l on l.endpoint_id = e.id
        where e.id in (select id from scanned where deleted_at < ${nowMs(1)} - ${ENDPOINT_RETENTION_MS})
          and (l.id is null or l.id is distinct from
                (select d.lane_id from ${deliveries} d where d.lane_id >= l.id order by d.lane_id, d.id limit 1))
        order by e.id limit ${MAX_ROWS_DELETED}
          for update of e skip locked
     ), gone as (
       delete from ${endpoints} where id in (select id from unused)
     ), gone_lanes as (
       delete from ${lanes} where id in (select lane_id from unused)
     ), gone_hours as (
       delete from ${endpointHours} where endpoint_id in (select id from unused)
     )
     select case when (select count(*) from unused) = ${MAX_ROWS_DELETED}
                 then (select id from unused order by id desc limit 1)
                 when (select count(*) from scanned) = ${MAX_ROWS_SCANNED}
                 then (select id from scanned order by id desc limit 1)
            end as next`,
    [session.clockOffset, after],
  );
  return row!.next;
}

export async function deleteOldAlerts(session: Session, retentionMs: number): Promise<number> {
  const { alerts } = session.tables;
  const rows = await session.queryUnlogged<{ id: string }>(
    `with old as materialized (
       select id from ${alerts} where id in (select id from ${alerts} order by id limit ${MAX_ROWS_DELETED})
          and created_at < ${nowMs(1)} - $2::bigint and next_at is null
          for update skip locked
     )
     delete from ${alerts} where id in (select id from old) returning id`,
    [session.clockOffset, Math.max(retentionMs, MIN_ALERT_RETENTION_MS)],
  );
  return rows.length;
}

export async function deleteOldJobs(session: Session, retentionMs: number): Promise<number> {
  const { jobs } = session.tables;
  const rows = await session.queryUnlogged<{ id: string }>(
    `with old as materialized (
       select id from ${jobs} where finished_at < ${nowMs(1)} - $2::bigint limit ${MAX_ROWS_DELETED} for update skip locked
     )
     delete from ${jobs} where id in (select id from old) returning id`,
    [session.clockOffset, retentionMs],
  );
  return rows.length;
}
