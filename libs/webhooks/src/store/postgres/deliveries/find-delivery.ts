import { requireTenant } from '../../../core/tenant.js';
import type { DeliveryRecord } from '../../delivery-store.js';
import type { Session } from '../connection/session.js';
import { type DeliveryRow, deliveryColumns, toDeliveryRecord } from '../fragments/delivery-columns.js';

export async function findDelivery(
  session: Session,
  tenantId: string,
  id: string,
): Promise<(DeliveryRecord & { body: string }) | null> {
  const { deliveries, lanes, events, endpoints } = session.tables;
  const [row] = await session.query<DeliveryRow & { body: string }>(
    `select ${deliveryColumns(session, 3)}, d.body
       from ${deliveries} d
       join ${lanes} l on l.id = d.lane_id
       join ${events} e on e.sequence = d.event_sequence
       left join ${endpoints} w on w.id = l.endpoint_id
      where d.id = $1
        and l.tenant_id = $2`,
    [id, requireTenant(tenantId), session.clockOffset],
  );
  return row ? { ...toDeliveryRecord(row), body: row.body } : null;
}
