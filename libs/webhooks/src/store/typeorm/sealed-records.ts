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
  // Without listeners, because the host's subscribers are for the host's entities.
  const update = manager.createQueryBuilder().callListeners(false);
  await (
    table === 'endpoints'
      ? update.update(WebhookEndpointRow).set({ secrets, headers }).where({ id: key })
      : update.update(WebhookAccountRow).set({ secrets }).where({ tenantId: key })
  ).execute();
}
