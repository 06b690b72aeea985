import type { EntityManager } from 'typeorm';
import { WebhookAccountRow } from '../schema/account.entity.js';
import { WebhookEndpointRow } from '../schema/endpoint.entity.js';
import type { SealedColumns, SealedTable } from '../setup-store.js';

export async function updateSealedRow(
  manager: EntityManager,
  table: SealedTable,
  key: string,
  { secrets, headers }: SealedColumns,
): Promise<void> {
  if (table === 'endpoints') await manager.update(WebhookEndpointRow, { id: key }, { secrets, headers });
  else await manager.update(WebhookAccountRow, { tenantId: key }, { secrets });
}
