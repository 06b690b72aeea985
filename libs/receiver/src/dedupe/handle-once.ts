import type { DedupeStore } from './dedupe-store.js';

/** Seven days: longer than any profile retries by itself. A manual retry from the sender's log may come even later. */
export const DEDUPE_TTL_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Runs `work` unless the key was claimed before, and releases the claim if `work` fails. Returns whether it ran. While it
 * runs, a second copy counts as a duplicate. Work in a database transaction is safer with the claim inside it.
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
    await releaseAfterFailure(store, key, error);
    throw error;
  }
  return true;
}

async function releaseAfterFailure(store: DedupeStore, key: string, failure: unknown): Promise<void> {
  const [released] = await Promise.allSettled([store.release(key)]);
  if (released.status === 'fulfilled') return;
  throw new AggregateError(
    [failure, released.reason],
    `Handling "${key}" failed, and releasing its claim failed too.`,
  );
}
