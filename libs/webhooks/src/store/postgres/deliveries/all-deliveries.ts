import type { DeliveryRecord } from '../../delivery-store.js';
import type { AllDeliveriesSearch, FailingLane } from '../../jobs/operator-store.js';
import type { Session } from '../connection/session.js';
import { type DeliveryRow, deliveryColumns, toDeliveryRecord } from '../fragments/delivery-columns.js';

/** Maximum number of lanes that one call reads, failing or not. */
const MAX_LANES_SCANNED = 5_000;

export async function listAllDeliveries(
  session: Session,
  { limit, before, states, scan }: AllDeliveriesSearch,
): Promise<{ deliveries: (DeliveryRecord & { tenantId: string })[]; next: string | null }> {
  const { deliveries, endpoints, events, lanes } = session.tables;
  type Row = DeliveryRow & { tenant_id: string; floor: string };
  const rows = await session.query<Row | { id: null; floor: string | null }>(
    `with scanned as materialized (
       select id, state from ${deliveries} where id < $2::bigint order by id desc limit $3
     ), found as materialized (
       select id from scanned where $4::text[] is null or state = any($4) order by id desc limit $5
     ), range as materialized (
       select case when count(*) = $3 then min(id) end as floor from scanned
     )
     select d.*, range.floor
       from range
       left join (
            select ${deliveryColumns(session, 1)}, l.tenant_id
              from found f
              join ${deliveries} d on d.id = f.id
              join ${lanes} l on l.id = d.lane_id
              join ${events} e on e.sequence = d.event_sequence
              left join ${endpoints} w on w.id = l.endpoint_id) d on true
      order by d.id desc`,
    // Without a filter, the statement needs to read only the rows of the page.
    [session.clockOffset, before, states ? scan : limit + 1, states ?? null, limit + 1],
  );
  const found = rows
    .filter((row): row is Row => row.id !== null)
    .map((row) => ({ ...toDeliveryRecord(row), tenantId: row.tenant_id }));
  const page = found.slice(0, limit);
  return { deliveries: page, next: found.length > limit ? page.at(-1)!.id : rows[0]!.floor };
}

export async function listFailingLanes(
  session: Session,
  after: string,
  limit: number,
): Promise<{ lanes: FailingLane[]; next: string | null }> {
  const { endpoints, lanes } = session.tables;
  const rows = await session.query<{
    id: string;
    tenant_id: string;
    endpoint_id: string | null;
    url: string;
    failures: number;
    failing_since: string;
    last: string | null;
  }>(
    `with scanned as materialized (
       select * from ${lanes} where id > $1::bigint order by id limit ${MAX_LANES_SCANNED}
     ), bound as (
       select case when count(*) = ${MAX_LANES_SCANNED} then max(id) end as last from scanned
     )
     select s.id, s.tenant_id, s.endpoint_id, coalesce(s.origin, e.url) as url, s.failures, s.failing_since, bound.last
       from bound
       left join (scanned s left join ${endpoints} e on e.id = s.endpoint_id)
              on s.failing_since is not null and s.state <> 'closed' and e.deleted_at is null
      order by s.id
      limit $2`,
    [after, limit + 1],
  );
  const found = rows
    .filter(({ id }) => id !== null)
    .map((row) => ({
      id: row.id,
      tenantId: row.tenant_id,
      endpointId: row.endpoint_id,
      url: row.url,
      failures: row.failures,
      failingSince: Number(row.failing_since),
    }));
  const page = found.slice(0, limit);
  return { lanes: page, next: found.length > limit ? page.at(-1)!.id : rows[0]!.last };
}
