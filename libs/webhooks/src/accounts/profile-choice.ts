import type { EntityManager } from 'typeorm';
import type { Session } from '../store/postgres/connection/session.js';
import { WebhookAccountRow } from '../store/schema/account.entity.js';
import { requireTenant } from '../core/tenant.js';
import type { Settings } from '../config/settings.js';

/** Name of the profile of a tenant's new endpoints and callbacks: the account's choice, or the module's. */
export async function defaultProfileFor(
  database: Session,
  settings: Settings,
  tenantId: string,
  tx: EntityManager = database.dataSource.manager,
): Promise<string> {
  const account = await tx
    .createQueryBuilder(WebhookAccountRow, 'a')
    .where('a.tenantId = :tenantId', { tenantId: requireTenant(tenantId) })
    .getOne();
  return account?.defaultProfile ?? settings.profile.name;
}
