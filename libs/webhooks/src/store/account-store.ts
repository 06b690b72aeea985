import type { StoredSecret } from './stored-secret.js';
import type { StoreTransactions } from './transactions.js';

/** A tenant's own settings. */
export interface AccountRecord {
  tenantId: string;
  /** {@link StoredSecret}s as JSON text, newest first. Not parsed: a damaged account must not stop a batch of accounts. */
  secrets: string;
  alertEmail: string | null;
  /** `null`: the module's default profile. */
  defaultProfile: string | null;
}

/** An account to create. */
export interface NewAccount {
  tenantId: string;
  /** Its first secret, sealed. */
  sealed: string;
}

export interface AccountChanges {
  secrets?: StoredSecret[];
  alertEmail?: string | null;
  defaultProfile?: string | null;
  /** Epoch ms. */
  updatedAt: number;
}

/** The tenants' accounts. Each is created when it is first needed. */
export interface AccountStore extends StoreTransactions {
  /** Returns the accounts of these tenants. Tenants without an account are left out. */
  findAccounts(tenantIds: readonly string[]): Promise<AccountRecord[]>;
  /**
   * Creates these accounts, in the order of their tenant ids, so that two processes never deadlock. Does not change an
   * account that exists, so the call may be repeated.
   */
  insertAccounts(accounts: readonly NewAccount[]): Promise<void>;
  /**
   * In `tx`: locks a tenant's account until `tx` ends, so that registrations of one tenant run one after another. Returns the
   * database's time. The account must exist.
   */
  lockAccount(tenantId: string): Promise<number>;
  /** Changes a tenant's account, in `tx` or outside a transaction. Repeatable. */
  updateAccount(tenantId: string, changes: AccountChanges): Promise<void>;
}
