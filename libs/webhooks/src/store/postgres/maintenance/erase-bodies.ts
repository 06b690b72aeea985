import type { RetentionBatch } from '../../maintenance-store.js';
import { requireTenant } from '../../../core/tenant.js';
import type { ErasedBatch } from '../../jobs/erasure-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_EVENTS_ERASED = 100;
const MAX_ROWS_ERASED = 500;
/** Maximum number of rows that one call reads, old or not. */
const MAX_ROWS_SCANNED = 2_000;

export async function countSubjectEvents(
  session: Session,
  tenantId: string,
  subject: string,
  limit: number,
): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select count(*)::int as count
       from (select 1 from ${session.tables.events} where tenant_id = $1 and subject = $2 and erased_at is null limit $3) e`,
    [requireTenant(tenantId), subject, limit],
  );
  return row!.count;
}

export async function eraseSubject(
  session: Session,
  tenantId: string,
  subject: string,
  after: string,
): Promise<ErasedBatch> {
  const { attempts, deliveries, events, unrelayed } = session.tables;
  return session.transaction(async (tx) => {
    const found = await tx.query<{ sequence: string }>(
      `select sequence from ${events} where tenant_id = $1 and subject = $2 and sequence > $3
        order by sequence limit ${MAX_EVENTS_ERASED}
          for no key update -- waits for a replay that has read these events: the next statements see the replay's deliveries`,
      [requireTenant(tenantId), subject, after],
    );
    const sequences = found.map(({ sequence }) => sequence);
    if (sequences.length === 0) return { events: 0, deliveries: 0, discarded: 0, inFlight: 0, next: null };
    // A separate statement: it waits for a relay that has locked these events, so that the next statement sees the relay's
    // deliveries.
    await tx.query(`delete from ${unrelayed} where sequence = any($1::bigint[])`, [sequences]);
    // If a worker is claiming a delivery, this statement waits for the claim, sees the new state `sending` and skips the
    // delivery.
    const [row] = await tx.query<{ erased: number; discarded: number; in_flight: number }>(
      `with found as materialized (
         select id from ${deliveries} where event_sequence = any($2::bigint[])
       ), erased as (
         update ${deliveries} d
            set body = '', response = null, response_headers = null, erased_at = ${nowMs(1)}, lease_id = null,
                state = case when finished_at is null then 'discarded' else state end,
                reason = case when finished_at is null then 'erased' else reason end,
                next_at = null,
                failed_at = case when finished_at is null then ${nowMs(1)} else failed_at end,
                finished_at = coalesce(finished_at, ${nowMs(1)})
          where id in (select id from found) and erased_at is null
            -- If the lease has expired, the worker that claimed the delivery may be dead.
            and (state <> 'sending' or next_at <= ${nowMs(1)})
         returning id, reason = 'erased' as is_discarded
       ), answers as (
         update ${attempts} set response = null, response_headers = null
          where delivery_id in (select id from erased) and coalesce(response, response_headers) is not null
       )
       select count(*)::int as erased, count(*) filter (where is_discarded)::int as discarded,
              (select count(*)::int from ${deliveries}
                where id in (select id from found) and erased_at is null and id not in (select id from erased)) as in_flight
         from erased`,
      [tx.clockOffset, sequences],
    );
    const gone = await tx.query<{ sequence: string }>(
      `update ${events} set data = 'null', erased_at = ${nowMs(1)}
        where sequence = any($2::bigint[]) and erased_at is null returning sequence`,
      [tx.clockOffset, sequences],
    );
    return {
      events: gone.length,
      deliveries: row!.erased,
      discarded: row!.discarded,
      inFlight: row!.in_flight,
      next: sequences.length < MAX_EVENTS_ERASED ? null : sequences.at(-1)!,
    };
  });
}

export async function eraseOldDeliveries(
  session: Session,
  keepMs: number,
  after: string,
): Promise<RetentionBatch> {
  const { attempts, deliveries } = session.tables;
  const [row] = await session.queryUnlogged<RetentionBatch>(
    `with scanned as materialized (
       select id, created_at, finished_at, erased_at from ${deliveries} where id > $3::bigint order by id limit ${MAX_ROWS_SCANNED}
     ), old as materialized (
       select d.id from ${deliveries} d
        where d.id in (select id from scanned where finished_at < ${nowMs(1)} - $2::bigint and erased_at is null)
          and d.finished_at is not null
        order by d.id limit ${MAX_ROWS_ERASED}
          for no key update skip locked
     ), answers as (
       update ${attempts} set response = null, response_headers = null
          where delivery_id in (select id from old) and coalesce(response, response_headers) is not null
     ), erased as (
       update ${deliveries} set body = '', response = null, response_headers = null, erased_at = ${nowMs(1)} where id in (select id from old)
     )
     select case when (select count(*) from old) = ${MAX_ROWS_ERASED} then (select max(id) from old)
                 when exists (select 1 from scanned where created_at < ${nowMs(1)} - $2::bigint) then (select max(id) from scanned)
            end as next,
            (select count(*)::int from old) as done`,
    [session.clockOffset, keepMs, after],
  );
  return row!;
}

export async function eraseOldEvents(
  session: Session,
  keepMs: number,
  after: string,
): Promise<RetentionBatch> {
  const { deliveries, events, unrelayed } = session.tables;
  const [row] = await session.queryUnlogged<RetentionBatch>(
    `with scanned as materialized (
       select sequence, created_at, erased_at from ${events} where sequence > $3::bigint order by sequence limit ${MAX_ROWS_SCANNED}
     ), old as materialized (
       select e.sequence from ${events} e
        where e.sequence in (select sequence from scanned where created_at < ${nowMs(1)} - $2::bigint and erased_at is null)
          and not exists (select 1 from ${unrelayed} u where u.sequence = e.sequence)
          and not exists (select 1 from ${deliveries} d where d.event_sequence = e.sequence and d.erased_at is null)
        order by e.sequence limit ${MAX_ROWS_ERASED}
          for no key update skip locked
     ), erased as (
       update ${events} set data = 'null', erased_at = ${nowMs(1)} where sequence in (select sequence from old)
     )
     select case when (select count(*) from old) = ${MAX_ROWS_ERASED} then (select max(sequence) from old)
                 when exists (select 1 from scanned where created_at < ${nowMs(1)} - $2::bigint) then (select max(sequence) from scanned)
            end as next,
            (select count(*)::int from old) as done`,
    [session.clockOffset, keepMs, after],
  );
  return row!;
}
