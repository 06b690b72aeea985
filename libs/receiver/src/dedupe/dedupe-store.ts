/** Remembers which webhooks were taken, so that a second copy is not worked on. */
export interface DedupeStore {
  /**
   * True for the first caller with this key, false for everybody after it until `ttlMs` milliseconds have passed.
   * @param key what names the event: `VerifiedWebhook.id`, with a prefix of your own where several endpoints share a store.
   */
  claim(key: string, ttlMs: number): Promise<boolean>;
  /** Gives a claim back, after work that failed: the sender's retry is then taken anew. */
  release(key: string): Promise<void>;
}

/** Seven days: longer than any profile retries by itself. A manual retry in the sender's log may come later still. */
export const DEDUPE_TTL_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Does the work unless the key was claimed before, and gives the claim back where the work fails. Answers whether it ran.
 * While it runs, a second copy counts as a duplicate; work in a database transaction is safer with a claim inside it.
 */
export async function handleOnce(
  store: DedupeStore,
  key: string,
  work: () => unknown,
  ttlMs: number = DEDUPE_TTL_MS,
): Promise<boolean> {
  if (!(await store.claim(key, ttlMs))) return false;
  try {
    await work();
  } catch (error) {
    await giveBack(store, key, error);
    throw error;
  }
  return true;
}

async function giveBack(store: DedupeStore, key: string, failure: unknown): Promise<void> {
  const [given] = await Promise.allSettled([store.release(key)]);
  if (given.status === 'fulfilled') return;
  throw new AggregateError(
    [failure, given.reason],
    `The work on "${key}" failed, and giving its claim back failed too.`,
  );
}
