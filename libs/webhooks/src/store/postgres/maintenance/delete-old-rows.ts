import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const BATCH = 500;
/** Rows looked at in one go, old or not: the search for an old one must not read a table that has none. */
const LOOKED_AT = 2_000;
/** Deleted endpoints stay this long in any case, ms: no relay that read one before it was deleted is under way then. */
const SHORTEST_STAY = 3_600_000;

/**
 * Deletes a batch of the deliveries that ended more than `retentionMs` ago, with their attempts. Locked rows are passed
 * over, live ones never go. Looks at ids after `from`; answers where to go on, or `null`: here begin the young ones.
 */
export async function deleteOldDeliveries(
  database: Session,
  retentionMs: number,
  from: string,
): Promise<string | null> {
  const { attempts, deliveries } = database.tables;
  const [row] = await database.query<{ last: string | null }>(
    `with looked as materialized (
       select id, created_at, finished_at from ${deliveries} where id > $3::bigint order by id limit ${LOOKED_AT}
     ), expired as materialized (
       select d.id from ${deliveries} d
        where d.id in (select id from looked where finished_at < ${nowMs(1)} - $2::bigint) and d.finished_at is not null
        order by d.id limit ${BATCH}
          for update skip locked
     ), gone_attempts as (
       delete from ${attempts} where delivery_id in (select id from expired)
     ), gone as (
       delete from ${deliveries} where id in (select id from expired)
     )
     select case when (select count(*) from expired) = ${BATCH} then (select max(id) from expired)
                 when exists (select 1 from looked where created_at < ${nowMs(1)} - $2::bigint) then (select max(id) from looked)
            end as last`,
    [database.clockOffset, retentionMs, from],
  );
  return row!.last;
}

/**
 * Deletes a batch of the events that were published more than `retentionMs` ago and that no delivery needs. Looks at
 * numbers after `from`; answers where to go on, or `null`: here begin the young ones. To be called once the deliveries of the
 * round are gone: an event that is looked at before its last delivery goes is passed over until the next round.
 */
export async function deleteUnusedEvents(
  database: Session,
  retentionMs: number,
  from: string,
): Promise<string | null> {
  const { deliveries, events, unrelayed } = database.tables;
  const [row] = await database.query<{ last: string | null }>(
    `with looked as materialized (
       select sequence, created_at from ${events} where sequence > $3::bigint order by sequence limit ${LOOKED_AT}
     ), unused as materialized (
       select e.sequence from ${events} e
        where e.sequence in (select sequence from looked where created_at < ${nowMs(1)} - $2::bigint)
          and not exists (select 1 from ${unrelayed} u where u.sequence = e.sequence)
          and not exists (select 1 from ${deliveries} d where d.event_sequence = e.sequence)
        order by e.sequence limit ${BATCH}
          for update skip locked
     ), gone as (
       delete from ${events} where sequence in (select sequence from unused)
     )
     select case when (select count(*) from unused) = ${BATCH} then (select max(sequence) from unused)
                 when exists (select 1 from looked where created_at < ${nowMs(1)} - $2::bigint) then (select max(sequence) from looked)
            end as last`,
    [database.clockOffset, retentionMs, from],
  );
  return row!.last;
}

/** Endpoints deleted long ago, with their lanes, once no delivery of theirs is left. */
export async function deleteUnusedEndpoints(database: Session, retentionMs: number): Promise<void> {
  const { deliveries, endpoints, lanes } = database.tables;
  await database.query(
    `with unused as materialized (
       select e.id from ${endpoints} e
        where e.deleted_at < ${nowMs(1)} - $2::bigint
          and not exists (select 1 from ${lanes} l join ${deliveries} d on d.lane_id = l.id where l.endpoint_id = e.id)
        limit ${BATCH}
          for update skip locked
     ), gone as (
       delete from ${endpoints} where id in (select id from unused) returning id
     )
     delete from ${lanes} where endpoint_id in (select id from gone)`,
    [database.clockOffset, Math.max(retentionMs, SHORTEST_STAY)],
  );
}
