import type { EntityManager } from 'typeorm';
import { requireTenant } from '../../core/tenant.js';
import type { AccountChanges, AccountRecord } from '../account-store.js';
import { WebhookAccountRow } from '../schema/account.entity.js';

export async function findAccounts(
  manager: EntityManager,
  tenantIds: readonly string[],
): Promise<AccountRecord[]> {
  if (tenantIds.length === 0) return [];
  // Raw, so that TypeORM does not parse the secrets.
  return manager
    .createQueryBuilder(WebhookAccountRow, 'a')
    .select('a.tenantId', 'tenantId')
    .addSelect('a.secrets', 'secrets')
    .addSelect('a.alertEmail', 'alertEmail')
    .addSelect('a.defaultProfile', 'defaultProfile')
    .where('a.tenantId in (:...tenantIds)', { tenantIds })
    .getRawMany<AccountRecord>();
}

export async function updateAccount(
  manager: EntityManager,
  tenantId: string,
  changes: AccountChanges,
): Promise<void> {
  // Without listeners, because the host's subscribers are for the host's entities.
  await manager
    .createQueryBuilder()
    .update(WebhookAccountRow)
    .set({ ...changes })
    .where({ tenantId: requireTenant(tenantId) })
    .callListeners(false)
    .execute();
}
