/** Remembers which webhooks were handled, so that a second copy is not handled again. */
export interface DedupeStore {
  /**
   * Returns true for the first caller with this key, and false for all others until `ttlMs` milliseconds have passed.
   * @param key identifies the event: `VerifiedWebhook.id`, with a prefix of your own if several endpoints share a store
   */
  claim(key: string, ttlMs: number): Promise<boolean>;
  /** Ends a claim after the work failed, so that the sender's retry is handled. */
  release(key: string): Promise<void>;
}
