import { requireTenant } from '../../../core/tenant.js';
import type { DeliveryRecord } from '../../delivery-store.js';
import type { DeliverySearch, ScannedRange } from '../../searches/delivery-search.js';
import type { Tables } from '../../schema/tables.js';
import type { Session } from '../connection/session.js';
import { type DeliveryRow, deliveryColumns, toDeliveryRecord } from '../fragments/delivery-columns.js';
import { idAboveCreatedBefore } from './created-before.js';

/** Maximum number of lanes that one search reads. The lanes with the newest rows come first. */
const MAX_LANES = 200;

/** Each row contains the scanned range. If nothing was found, there is one row that contains only the range. */
type Row = (DeliveryRow | { [Column in keyof DeliveryRow]: null }) & {
  floor: string | null;
  floor_created_at: string | null;
};

/** First finds a limited number of candidates in the best index. Then keeps the candidates that pass all filters. */
export async function searchDeliveries(
  session: Session,
  tenantId: string,
  search: DeliverySearch,
): Promise<{ deliveries: DeliveryRecord[]; scanned: ScannedRange }> {
  const { tables } = session;
  const { endpoint, scan, limit, source } = search;
  const before = await startOf(session, search);
  const { states, eventType, statusClass, since, until, test, subject, event, delivery, status } = search;
  const filters = [states, eventType, statusClass, since, until, test, subject].map((value) => value ?? null);
  const ids = [event, delivery, status].map((value) => value ?? null);
  const rows = await session.query<Row>(
    `with ${CANDIDATES[source](tables)}, looked as materialized (
       select id from candidates where id >= (select coalesce(floor, 0) from range)
     ), found as (
       select ${deliveryColumns(session, 13)}
         from (select id from looked order by id desc) c -- in order, so that the search stops when the page is full
        -- "limit 1" makes each join a look-up by key. Without it, filters that match few rows would make the planner read
        -- the whole table.
        cross join lateral (select * from ${tables.deliveries} where id = c.id limit 1) d
        cross join lateral (select * from ${tables.lanes} where id = d.lane_id limit 1) l
        cross join lateral (select * from ${tables.events} where sequence = d.event_sequence limit 1) e
         left join ${tables.endpoints} w on w.id = l.endpoint_id
        where ($5::text[] is null or d.state = any($5))
          and ($6::text is null or e.type = $6 or d.wire_type = $6)
          and ($7::text is null or coalesce(d.status / 100 || 'xx', 'none') = $7)
          and ($8::bigint is null or d.created_at >= $8)
          and ($9::bigint is null or d.created_at < $9)
          and ($10::boolean is null or e.test = $10)
          and ($11::text is null or e.subject = $11)
          and ($14::uuid is null or e.id = $14)
          and ($15::bigint is null or d.id = $15)
          and ($16::int is null or d.status = $16)
        order by c.id desc
        limit $12
     )
     select range.floor, found.*,
            (select created_at from ${tables.deliveries} where id = (select min(id) from looked)) as floor_created_at
       from range
       left join found on true
      order by found.id desc`,
    [requireTenant(tenantId), endpoint, before, scan, ...filters, limit + 1, session.clockOffset, ...ids],
  );
  const { floor, floor_created_at } = rows[0]!;
  return {
    deliveries: rows.filter((row): row is Row & DeliveryRow => row.id !== null).map(toDeliveryRecord),
    scanned: { floor, floorCreatedAt: floor_created_at === null ? null : Number(floor_created_at) },
  };
}

/** The id to stay below. Skips everything newer than `until` without reading it. */
async function startOf(session: Session, { before, until, source }: DeliverySearch): Promise<string> {
  const isByAge = source === 'newest' || source === 'failed';
  const above = until === undefined || !isByAge ? null : await idAboveCreatedBefore(session, until);
  return above !== null && BigInt(above) < BigInt(before) ? above : before;
}

/**
 * Common table expressions: `candidates`, and `range`, whose `floor` is the id down to which the candidates are complete.
 * $1 is the tenant, $2 the endpoint or null, $3 the id to stay below, $4 the number of candidates, $11 the subject, $12 the
 * number of rows that a page needs, $14 the event's id, $15 the delivery's id.
 */
const CANDIDATES: Record<DeliverySearch['source'], (tables: Tables) => string> = {
  /** By the primary key. */
  delivery: (tables) => listed(tables, `${tables.deliveries} d where d.id = $15::bigint`),
  /** By the index of events by id. */
  event: (tables) => listed(tables, ofEvents(tables, 'e.id = $14::uuid')),
  /** By the index of events by subject. */
  subject: (tables) => listed(tables, ofEvents(tables, 'e.tenant_id = $1 and e.subject = $11::text')),
  /** By the index of failed deliveries by lane. */
  failed: (tables) => newestOfLanes(tables, 'and d.failed_at is not null'),
  /** By the index of deliveries by lane. */
  newest: (tables) => newestOfLanes(tables, ''),
};

const ofEvents = ({ events, deliveries }: Tables, condition: string): string =>
  `${events} e join ${deliveries} d on d.event_sequence = e.sequence where ${condition}`;

/** The newest rows of `from`: one delivery, or the deliveries of one event or of one subject. */
function listed({ lanes }: Tables, from: string): string {
  return `candidates as materialized (
       select d.id
         from ${from}
          and d.lane_id in (
            select id from ${lanes} where tenant_id = $1 and ($2::uuid is null or endpoint_id = $2))
          and d.id < $3
        order by d.id desc
        limit $4
     ), range as materialized (
       select case when count(*) = $4 then min(id) end as floor from candidates
     )`;
}

/**
 * The newest rows of each lane. If there are more than {@link MAX_LANES} lanes, only the lanes that have the newest rows
 * contribute. All these lanes contribute up to the same number of rows, which is at least a page. So a search reads a
 * limited number of rows. If a lane has contributed this number, candidates may be missing below its oldest candidate.
 * If a lane is left out, the candidates are complete only above the newest row of that lane.
 */
function newestOfLanes({ deliveries, lanes }: Tables, condition: string): string {
  // The inner query sorts by lane and then by id, so only an index by lane can serve it. If the lane has too few rows,
  // the inner query also returns rows of lanes with lower ids. The outer query drops those rows. With `lane_id = …` in
  // the inner query, the planner might read deliveries by id. If the lane's newest row is old, that would be most of the
  // table.
  const newest = (lane: string, limit: string): string =>
    `select d.id
       from (select d.lane_id, d.id from ${deliveries} d
              where (d.lane_id, d.id) < (${lane}, $3::bigint) ${condition}
              order by d.lane_id desc, d.id desc limit ${limit}) d
      where d.lane_id = ${lane}`;
  return `lane as materialized (
       select l.id, (${newest('l.id', '1')}) as newest
         from ${lanes} l
        where l.tenant_id = $1 and ($2::uuid is null or l.endpoint_id = $2)
     ), ranked as materialized (
       select id, newest, row_number() over (order by newest desc) as place
         from lane
        where newest is not null
        order by newest desc
        limit ${MAX_LANES} + 1
     ), share as materialized (
       select greatest($12, $4 / greatest(count(*), 1)) as rows from ranked
     ), candidates as materialized (
       select r.id as lane_id, d.id
         from ranked r
        cross join lateral (${newest('r.id', '(select rows from share)')}) d
        where r.place <= ${MAX_LANES}
     ), range as materialized (
       select greatest(
                (select max(last)
                   from (select min(id) as last from candidates group by lane_id
                         having count(*) = (select rows from share)) full_lanes),
                (select newest + 1 from ranked where place > ${MAX_LANES})) as floor
     )`;
}
