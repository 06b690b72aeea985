import type { EntityManager } from 'typeorm';
import { WebhookLeaseRow } from '../schema/lease.entity.js';

export async function deleteLeases(manager: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await manager
    .createQueryBuilder()
    .delete()
    .from(WebhookLeaseRow)
    .where('id in (:...ids)', { ids })
    .callListeners(false) // the host's subscribers are for the host's entities
    .execute();
}
