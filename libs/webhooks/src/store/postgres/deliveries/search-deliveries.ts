import type { Tables } from '../../schema/tables.js';
import type { DeliverySearch } from '../../../deliveries/delivery-filter.js';
import { DELIVERY_COLUMNS } from '../../../deliveries/delivery.js';

/** The candidates first, by the index that fits, then everything about those that pass the filter. */
export function searchDeliveries(
  tables: Tables,
  tenantId: string,
  search: DeliverySearch,
): [sql: string, parameters: unknown[]] {
  const { states, eventType, statusClass, since, until, test, subject } = search.filter;
  const lanes = `select id from ${tables.lanes} where tenant_id = $1 and ($2::uuid is null or endpoint_id = $2)`;
  const candidates = {
    subject: `select d.id
                from ${tables.events} e
                join ${tables.deliveries} d on d.event_sequence = e.sequence
               where e.tenant_id = $1
                 and e.subject = $11::text
                 and d.lane_id in (${lanes})
                 and d.id < $3`,
    failed: `select d.id
               from ${tables.deliveries} d
              where d.lane_id in (${lanes})
                and d.failed_at is not null
                and d.id < $3`,
    newest: `select d.id
               from (${lanes}) lane
              cross join lateral (
                select d.id
                  from ${tables.deliveries} d
                 where d.lane_id = lane.id
                   and d.id < $3
                 order by d.id desc
                 limit $4) d`,
  };
  const sql = `with candidates as materialized (
       ${candidates[search.source]}
        order by id desc
        limit $4
     ), scan as (
       select floor, scanned, (select created_at from ${tables.deliveries} where id = floor) as floor_created_at
         from (select min(id) as floor, count(*) as scanned from candidates) all_of_them
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
      order by found.id desc`;
  const { endpoint, before, scan, limit } = search;
  const values = [states, eventType, statusClass, since, until, test, subject].map((value) => value ?? null);
  return [sql, [tenantId, endpoint, before, scan, ...values, limit + 1]];
}

/** How far a page looked. */
export interface ScannedRange {
  /** The smallest id it looked at. */
  floor: string | null;
  scanned: string;
  floor_created_at: string | null;
}

/** Numbers and times of deliveries grow together, but for this much: far above the length of any statement, ms. */
const MAX_ID_SKEW_MS = 3_600_000;

/** Where the next page begins, or `null` where nothing more can match. */
export function nextCursorOf(
  { floor, scanned, floor_created_at }: ScannedRange,
  { scan, filter }: DeliverySearch,
): string | null {
  if (Number(scanned) < scan) return null;
  const { since } = filter;
  const past = since !== undefined && Number(floor_created_at) < since - MAX_ID_SKEW_MS;
  return past ? null : floor;
}
