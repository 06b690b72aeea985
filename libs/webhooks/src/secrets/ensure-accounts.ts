import type { EntityManager } from 'typeorm';
import type { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';
import type { Profile } from '../profiles/profile.js';
import { sealContext, type SecretBox } from './secret-box.js';

/** A tenant's account as the relay and the dispatcher need it. */
export interface AccountRecord {
  tenantId: string;
  /** As stored, newest first, sealed with {@link sealContext}`(tenantId, null)`. Not read here: one damaged account must not stop the others. */
  secrets: string;
  defaultProfile: string | null;
}

interface Row {
  tenant_id: string;
  secrets: string;
  default_profile: string | null;
}

/**
 * The accounts of these tenants by tenant id. Missing ones are made, each with a new secret in the form of `profile`,
 * the module's default. One statement where all exist, whatever their number.
 */
export async function ensureAccounts(
  database: Session,
  box: SecretBox,
  profile: Profile,
  tenantIds: readonly string[],
  tx?: EntityManager,
): Promise<Map<string, AccountRecord>> {
  const wanted = [...new Set(tenantIds)];
  const found = await findAccounts(database, wanted, tx);
  const missing = wanted.filter((tenantId) => !found.has(tenantId));
  if (missing.length === 0) return found;
  await insertAccounts(database, box, profile, missing, tx);
  // Not RETURNING: another process may have made some of them in the meantime.
  for (const [tenantId, account] of await findAccounts(database, missing, tx)) found.set(tenantId, account);
  return found;
}

async function findAccounts(
  database: Session,
  tenantIds: readonly string[],
  tx?: EntityManager,
): Promise<Map<string, AccountRecord>> {
  const rows = await database.query<Row>(
    `select tenant_id, secrets, default_profile
       from ${database.tables.accounts}
      where tenant_id = any($1::text[])`,
    [tenantIds],
    tx,
  );
  return new Map(
    rows.map((row) => [
      row.tenant_id,
      {
        tenantId: row.tenant_id,
        secrets: row.secrets,
        defaultProfile: row.default_profile,
      },
    ]),
  );
}

/** Inserts in key order, so that two processes that make the same accounts wait instead of deadlocking. */
async function insertAccounts(
  database: Session,
  box: SecretBox,
  profile: Profile,
  tenantIds: readonly string[],
  tx?: EntityManager,
): Promise<void> {
  const sealed = tenantIds.map((tenantId) =>
    box.seal(profile.secret.generate(), sealContext(tenantId, null)),
  );
  await database.query(
    `insert into ${database.tables.accounts} (tenant_id, secrets, created_at, updated_at)
     select i.tenant_id,
            json_build_array(json_build_object('sealed', i.sealed, 'createdAt', ${nowMs(1)}, 'expiresAt', null))::text,
            ${nowMs(1)}, ${nowMs(1)}
       from unnest($2::text[], $3::text[]) as i(tenant_id, sealed)
      order by i.tenant_id
     on conflict (tenant_id) do nothing`,
    [database.clockOffset, tenantIds, sealed],
    tx,
  );
}
