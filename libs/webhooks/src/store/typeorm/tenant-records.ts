import { type EntityManager, In, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { WebhookAccountRow } from '../schema/account.entity.js';
import { WebhookAlertRow } from '../schema/alert.entity.js';
import { WebhookEndpointRow } from '../schema/endpoint.entity.js';
import { WebhookIdempotencyKeyRow } from '../schema/idempotency/idempotency-key.entity.js';
import { WebhookJobRow } from '../schema/jobs/job.entity.js';
import { WebhookLaneRow } from '../schema/lane.entity.js';
import type { TenantTable } from '../maintenance-store.js';

const BATCH_ROWS = 1000;

const ROW_CLASSES: Record<TenantTable, EntityTarget<ObjectLiteral>> = {
  accounts: WebhookAccountRow,
  alerts: WebhookAlertRow,
  endpoints: WebhookEndpointRow,
  idempotencyKeys: WebhookIdempotencyKeyRow,
  jobs: WebhookJobRow,
  lanes: WebhookLaneRow,
};

export async function deleteTenantRows(
  manager: EntityManager,
  tenantId: string,
  table: TenantTable,
): Promise<number> {
  // The manager's own methods, because `typeorm-transactional` gives repositories the manager of the caller's transaction.
  const rowClass = ROW_CLASSES[table];
  const key = manager.connection.getMetadata(rowClass).primaryColumns[0]!.propertyName;
  const batch = await manager.find(rowClass, {
    select: { [key]: true },
    where: { tenantId },
    order: { [key]: 'ASC' },
    take: BATCH_ROWS,
  });
  if (batch.length > 0)
    await manager.delete(rowClass, { [key]: In(batch.map((row) => row[key] as unknown)) });
  return batch.length;
}
