import { requireTenant } from '../../../core/tenant.js';
import type { DeliveryDetailRecord } from '../../delivery-store.js';
import type { Session } from '../connection/session.js';
import { type DeliveryRow, deliveryColumns, toDeliveryRecord } from '../fragments/delivery-columns.js';

interface Row extends DeliveryRow {
  body: string;
  response_headers: string | null;
  profile: string | null;
  headers: string | null;
  is_without_secret: boolean;
}

export async function findDelivery(
  session: Session,
  tenantId: string,
  id: string,
): Promise<DeliveryDetailRecord | null> {
  const { deliveries, lanes, events, endpoints } = session.tables;
  const [row] = await session.query<Row>(
    `select ${deliveryColumns(session, 3)}, d.body, d.response_headers, coalesce(d.profile, w.profile) as profile, w.headers,
            coalesce(w.secrets = '[]', false) as is_without_secret
       from ${deliveries} d
       join ${lanes} l on l.id = d.lane_id
       join ${events} e on e.sequence = d.event_sequence
       left join ${endpoints} w on w.id = l.endpoint_id
      where d.id = $1
        and l.tenant_id = $2`,
    [id, requireTenant(tenantId), session.clockOffset],
  );
  if (!row) return null;
  return {
    ...toDeliveryRecord(row),
    body: row.body,
    responseHeaders: row.response_headers,
    profile: row.profile,
    customHeaders: row.headers,
    isWithoutSecret: row.is_without_secret,
  };
}
