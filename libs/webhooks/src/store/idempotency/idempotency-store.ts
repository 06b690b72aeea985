/** A call with an `Idempotency-Key`. */
export interface KeyedCall {
  tenantId: string;
  /** Name of the route, at most 64 characters. */
  route: string;
  key: string;
  /** Hash of what the call asks for, 64 characters. */
  fingerprint: string;
}

/**
 * What a call with a key may do.
 * - `claimed`: run, under a token that is valid while the key is locked.
 * - `answered`: return the stored response.
 * - `running`: nothing, because the first call with the key is still running.
 * - `other`: nothing, because the key belongs to a call with other contents.
 */
export type KeyClaim =
  | { state: 'claimed'; token: string }
  | { state: 'answered'; answer: string }
  | { state: 'running' }
  | { state: 'other' };

/** Keys of calls, with the responses of the calls that succeeded. */
export interface IdempotencyStore {
  /**
   * Locks a key for `lockMs`. A key older than `lifeMs` is free again. If the lock ends without a
   * response, the process of the first call has probably died: the key is then free for the same call.
   */
  claimKey(call: KeyedCall, lockMs: number, lifeMs: number): Promise<KeyClaim>;
  /** Stores the response, sealed, and ends the lock. Does nothing if the lock has passed to another call. */
  answerKey(call: KeyedCall, token: string, answer: string): Promise<void>;
  /** Frees the key of a call that changed nothing. Does nothing if the lock has passed to another call. */
  releaseKey(call: KeyedCall, token: string): Promise<void>;
  /** Deletes a batch of keys older than `lifeMs`. Returns how many. */
  deleteOldKeys(lifeMs: number): Promise<number>;
}
