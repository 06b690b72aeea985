/**
 * `new`: the caller handles the webhook now. `in-progress`: another caller handles the webhook. `done`: the webhook has
 * been handled.
 */
export type DedupeState = 'new' | 'in-progress' | 'done';

/**
 * Remembers which webhooks are being handled and which are done. {@link handleOnce} calls it. A key identifies the event:
 * `VerifiedWebhook.id`, with a prefix of your own if several endpoints share a store.
 */
export interface DedupeStore {
  /**
   * Takes a lease on the key unless the key is leased or done. If several callers begin a key at once, exactly one gets
   * `new`.
   * @param token is unique to this call; `abandon` needs it
   * @param leaseMs how long (ms) the lease holds; after that time, the next caller gets `new`
   */
  begin(key: string, token: string, leaseMs: number): Promise<DedupeState>;
  /** Marks the key as done for `ttlMs` milliseconds, also if another caller holds a lease on it. */
  complete(key: string, ttlMs: number): Promise<void>;
  /** Ends the lease that `begin` took with this token. Changes nothing if the key is done or leased with another token. */
  abandon(key: string, token: string): Promise<void>;
}
