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
  // Does not use repositories, because `typeorm-transactional` gives them the manager of the caller's transaction.
  // No statement calls listeners, because the host's subscribers are for the host's entities.
  const rowClass = ROW_CLASSES[table];
  const key = manager.connection.getMetadata(rowClass).primaryColumns[0]!.propertyName;
  const batch = await manager
    .createQueryBuilder(rowClass, 'row')
    .callListeners(false)
    .select([`row.${key}`])
    .where({ tenantId })
    .orderBy(`row.${key}`)
    .limit(BATCH_ROWS)
    .getMany();
  if (batch.length === 0) return 0;
  await manager
    .createQueryBuilder()
    .delete()
    .from(rowClass)
    .where({ [key]: In(batch.map((row) => row[key] as unknown)) })
    .callListeners(false)
    .execute();
  return batch.length;
}
