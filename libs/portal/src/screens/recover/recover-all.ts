import { ApiError } from '../../api/api-error.ts';
import { api } from '../../api/client.ts';
import type { RecoveryResult } from '../../api/types.ts';

export type RecoverState = 'exhausted' | 'discarded' | 'pending';

/** Which deliveries to send again. */
export interface RecoverBody {
  since: string;
  until?: string;
  states: RecoverState[];
}

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/**
 * Sends one batch again. If the rate limit refuses the call, waits and retries. Returns `null` if `isStopped` returns
 * true after the wait.
 */
async function recoverNext(
  id: string,
  body: RecoverBody,
  isStopped: () => boolean,
): Promise<RecoveryResult | null> {
  for (;;) {
    try {
      return await api.post('/webhooks/{id}/recover', { path: { id }, body });
    } catch (error) {
      if (!(error instanceof ApiError) || error.retryAfterSeconds === null) throw error;
      await sleep(error.retryAfterSeconds);
      if (isStopped()) return null;
    }
  }
}

export const countRecoverable = (id: string, body: RecoverBody): Promise<RecoveryResult> =>
  api.post('/webhooks/{id}/recover', { path: { id }, body: { ...body, dryRun: true } });

/**
 * Sends all matching deliveries again, up to 10,000 with each call, until none is left or `isStopped` returns true.
 * Returns how many deliveries were sent again.
 */
export async function recoverAll(
  id: string,
  body: RecoverBody,
  onProgress: (recovered: number) => void,
  isStopped: () => boolean,
): Promise<number> {
  let recovered = 0;
  for (;;) {
    const result = await recoverNext(id, body, isStopped);
    if (!result) return recovered;
    recovered += result.recovered;
    onProgress(recovered);
    if (!result.more || isStopped()) return recovered;
  }
}
