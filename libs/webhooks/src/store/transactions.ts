import type { HostTransaction } from '../core/call-context.js';

/** What every part of the store has: transactions and the database's clock. Instants are epoch milliseconds. */
export interface StoreTransactions {
  /**
   * Runs `work` in a new READ COMMITTED transaction, and returns the result of `work`. After a deadlock or a serialization
   * failure, `work` runs again: it must not change anything outside the database before it returns.
   */
  transaction<T>(work: (tx: this) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in the host's transaction `tx`, or in a new transaction if there is none. Throws
   * {@link TransactionRequiredError} as {@link within} does.
   */
  inTransaction<T>(tx: HostTransaction | undefined, work: (tx: this) => Promise<T>): Promise<T>;
  /**
   * The same store, bound to the host's transaction, which commits or rolls back what the store writes.
   * Throws {@link TransactionRequiredError} if `tx` has no open transaction or belongs to another data source.
   */
  within(tx: HostTransaction): this;
  /** The database's clock as last seen, advanced by the process's monotonic clock. */
  now(): number;
  /** The process's monotonic clock, moved by {@link advanceClock} too. */
  monotonicNow(): number;
  /** Moves both clocks forward, for tests. */
  advanceClock(ms: number): void;
}

/** `store`, bound to the host's transaction if there is one: for calls that read. Throws as `within` does. */
export function boundTo<Store extends StoreTransactions>(
  store: Store,
  tx: HostTransaction | undefined,
): Store {
  return tx ? store.within(tx) : store;
}
