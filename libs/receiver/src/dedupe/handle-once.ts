import { randomUUID } from 'node:crypto';
import type { DedupeStore } from './dedupe-store.js';
import { WebhookInProgressError } from './webhook-in-progress.error.js';

/** Thirty seconds: longer than most senders wait for a response. */
export const DEDUPE_LEASE_MS = 30_000;
/** Seven days: longer than any profile retries by itself. A manual retry from the sender's log may come even later. */
export const DEDUPE_TTL_MS = 7 * 24 * 60 * 60 * 1000;

export interface HandleOnceOptions {
  /**
   * Time (ms) after which a retry of the sender is handled even if the first request is still in progress. Default
   * {@link DEDUPE_LEASE_MS}. Must exceed the longest run time of the handler, otherwise two handlers may run at once.
   * Must be shorter than the time over which the sender retries, otherwise an event is lost if the process dies.
   */
  leaseMs?: number;
  /** How long (ms) a handled key is remembered. Default {@link DEDUPE_TTL_MS}. */
  ttlMs?: number;
}

/**
 * Runs `work` unless the key is done, and marks the key as done afterwards. If `work` fails, it runs again for the sender's
 * next retry. Returns whether `work` ran. Throws {@link WebhookInProgressError} while another caller works on the key: respond
 * with 503 and `Retry-After`. If `work` uses a transaction, create the store on the same transaction.
 */
export async function handleOnce(
  store: DedupeStore,
  key: string,
  work: () => unknown,
  { leaseMs = DEDUPE_LEASE_MS, ttlMs = DEDUPE_TTL_MS }: HandleOnceOptions = {},
): Promise<boolean> {
  const token = randomUUID();
  const state = await store.begin(key, token, leaseMs);
  if (state === 'done') return false;
  if (state === 'in-progress') throw new WebhookInProgressError(key, Math.ceil(leaseMs / 1000));
  try {
    await work();
  } catch (error) {
    await abandonAfterFailure(store, key, token, error);
    throw error;
  }
  await store.complete(key, ttlMs);
  return true;
}

async function abandonAfterFailure(
  store: DedupeStore,
  key: string,
  token: string,
  failure: unknown,
): Promise<void> {
  const [abandoned] = await Promise.allSettled([store.abandon(key, token)]);
  if (abandoned.status === 'fulfilled') return;
  throw new AggregateError(
    [failure, abandoned.reason],
    `Handling "${key}" failed, and ending its lease failed too: retries are handled only after the lease has ended.`,
  );
}
