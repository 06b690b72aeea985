import { requireTenant } from '../../../core/tenant.js';
import type { DeliveryRecord } from '../../delivery-store.js';
import type { Session } from '../connection/session.js';
import { type DeliveryRow, deliveryColumns, toDeliveryRecord } from '../fragments/delivery-columns.js';

/** Finds the ids first, so that the other columns, which may be large, are read only for rows within the limits. */
export async function listDeliveriesOfEvents(
  session: Session,
  tenantId: string,
  sequences: readonly string[],
  { perEvent, total }: { perEvent: number; total: number },
): Promise<DeliveryRecord[]> {
  const { deliveries, endpoints, events, lanes } = session.tables;
  const rows = await session.query<DeliveryRow>(
    `with found as materialized (
       select d.id, s.place
         from unnest($2::bigint[]) with ordinality as s(sequence, place)
        cross join lateral (
              select id from ${deliveries} where event_sequence = s.sequence order by id limit $3) d
        order by s.place, d.id
        limit $4
     )
     select ${deliveryColumns(session, 5)}
       from found f
       join ${deliveries} d on d.id = f.id
       join ${lanes} l on l.id = d.lane_id
       join ${events} e on e.sequence = d.event_sequence
       left join ${endpoints} w on w.id = l.endpoint_id
      where l.tenant_id = $1
      order by f.place, d.id`,
    [requireTenant(tenantId), sequences, perEvent, total, session.clockOffset],
  );
  return rows.map(toDeliveryRecord);
}
