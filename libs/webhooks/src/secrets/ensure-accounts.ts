import type { AccountRecord, AccountStore } from '../store/account-store.js';
import { sealContext, type SecretBox } from './secret-box.js';

/**
 * Returns the accounts of these tenants, by tenant id. Creates the missing ones, each with a secret from `newSecret`. If
 * all exist, one statement is enough.
 */
export async function ensureAccounts(
  store: AccountStore,
  box: SecretBox,
  newSecret: () => string,
  tenantIds: readonly string[],
): Promise<Map<string, AccountRecord>> {
  const wanted = [...new Set(tenantIds)];
  const accounts = new Map<string, AccountRecord>();
  const read = async (ids: readonly string[]): Promise<void> => {
    for (const account of await store.findAccounts(ids)) accounts.set(account.tenantId, account);
  };
  await read(wanted);
  const missing = wanted.filter((tenantId) => !accounts.has(tenantId));
  if (missing.length === 0) return accounts;
  await store.insertAccounts(
    missing.map((tenantId) => ({ tenantId, sealed: box.seal(newSecret(), sealContext(tenantId, null)) })),
  );
  // Reads again, because another process may have created some of them first, with other secrets.
  await read(missing);
  return accounts;
}
