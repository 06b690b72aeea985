import { requireTenant } from '../../../core/tenant.js';
import type { DeliveryRecord, DeliverySearch, ScannedRange } from '../../delivery-store.js';
import type { Tables } from '../../schema/tables.js';
import type { Session } from '../connection/session.js';
import { DELIVERY_COLUMNS, type DeliveryRow, toDeliveryRecord } from '../fragments/delivery-columns.js';

/** The scanned range is in each row, also in the only one that there is if nothing was found. */
type Row = (DeliveryRow | { [Column in keyof DeliveryRow]: null }) & {
  floor: string | null;
  floor_created_at: string | null;
  scanned: string;
};

/** First a limited number of candidates by the index that fits, then those of them that pass all filters. */
export async function searchDeliveries(
  session: Session,
  tenantId: string,
  search: DeliverySearch,
): Promise<{ deliveries: DeliveryRecord[]; scanned: ScannedRange }> {
  const { tables } = session;
  const { endpoint, before, scan, limit, source } = search;
  const { states, eventType, statusClass, since, until, test, subject } = search;
  const filters = [states, eventType, statusClass, since, until, test, subject].map((value) => value ?? null);
  const rows = await session.query<Row>(
    `with candidates as materialized (
       ${CANDIDATES[source](tables)}
        order by id desc
        limit $4
     ), scan as (
       select floor, scanned,
              (select created_at from ${tables.deliveries} where id = floor) as floor_created_at
         from (select min(id) as floor, count(*) as scanned from candidates) range
     ), found as (
       select ${DELIVERY_COLUMNS}
         from candidates c
         join ${tables.deliveries} d on d.id = c.id
         join ${tables.lanes} l on l.id = d.lane_id
         join ${tables.events} e on e.sequence = d.event_sequence
         left join ${tables.endpoints} w on w.id = l.endpoint_id
        where ($5::text[] is null or d.state = any($5))
          and ($6::text is null or e.type = $6 or d.wire_type = $6)
          and ($7::text is null or coalesce(d.status / 100 || 'xx', 'none') = $7)
          and ($8::bigint is null or d.created_at >= $8)
          and ($9::bigint is null or d.created_at < $9)
          and ($10::boolean is null or e.test = $10)
          and ($11::text is null or e.subject = $11)
        order by d.id desc
        limit $12
     )
     select scan.*, found.*
       from scan
       left join found on true
      order by found.id desc`,
    [requireTenant(tenantId), endpoint, before, scan, ...filters, limit + 1],
  );
  const { floor, floor_created_at, scanned } = rows[0]!;
  return {
    deliveries: rows.filter((row): row is Row & DeliveryRow => row.id !== null).map(toDeliveryRecord),
    scanned: {
      floor,
      floorCreatedAt: floor_created_at === null ? null : Number(floor_created_at),
      scanned: Number(scanned),
    },
  };
}

/** $1 is the tenant, $2 the endpoint or null, $3 the id to stay below, $4 the number of candidates, $11 the subject. */
const CANDIDATES: Record<DeliverySearch['source'], (tables: Tables) => string> = {
  /** By the index of events by subject. */
  subject: ({ events, deliveries, lanes }) =>
    `select d.id
         from ${events} e
         join ${deliveries} d on d.event_sequence = e.sequence
        where e.tenant_id = $1
          and e.subject = $11::text
          and d.lane_id in (
            select id from ${lanes} where tenant_id = $1 and ($2::uuid is null or endpoint_id = $2))
          and d.id < $3`,
  /** By the index of failed deliveries. */
  failed: ({ deliveries, lanes }) =>
    `select d.id
         from ${deliveries} d
        where d.lane_id in (
            select id from ${lanes} where tenant_id = $1 and ($2::uuid is null or endpoint_id = $2))
          and d.failed_at is not null
          and d.id < $3`,
  /** By the index of deliveries by lane: the newest of each lane, then the newest of all. */
  newest: ({ deliveries, lanes }) =>
    `select d.id
         from (select id from ${lanes} where tenant_id = $1 and ($2::uuid is null or endpoint_id = $2)) lane
        cross join lateral (
          select d.id
            from ${deliveries} d
           where d.lane_id = lane.id
             and d.id < $3
           order by d.id desc
           limit $4) d`,
};
