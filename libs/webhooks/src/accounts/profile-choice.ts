import type { EntityManager } from 'typeorm';
import type { Session } from '../store/postgres/connection/session.js';
import { WebhookAccountRow } from '../store/schema/account.entity.js';
import { requireTenant } from '../core/tenant.js';
import { unprocessable } from '../core/request-error.js';
import type { Settings } from '../config/settings.js';
import type { Profile } from '../profiles/profile.js';

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

/** The profile of this name. Throws a 422 naming `field` if the host has none. */
export function requireProfile(settings: Settings, name: string, field: string): Profile {
  const profile = settings.profiles.get(name);
  if (profile) return profile;
  const known = [...settings.profiles.keys()].join(', ');
  throw unprocessable({
    field,
    code: 'unknown_profile',
    message: `There is no such profile. Known: ${known}.`,
  });
}
