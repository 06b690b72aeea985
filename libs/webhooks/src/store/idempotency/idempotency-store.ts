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
 * What a call with a key may do: run, under a token that is valid as long as the lock; return the stored response; or
 * neither, because the first call is still running or was a different one.
 */
export type KeyClaim =
  | { state: 'claimed'; token: string }
  | { state: 'answered'; answer: string }
  | { state: 'running' }
  | { state: 'other' };

/** Keys of calls, with the responses of those that succeeded. */
export interface IdempotencyStore {
  /**
   * Locks a key for `lockMs`. A key older than `lifeMs` is free again. So is one whose lock has ended without a
   * response, because its process has died.
   */
  claimKey(call: KeyedCall, lockMs: number, lifeMs: number): Promise<KeyClaim>;
  /** Stores the response, sealed, and ends the lock. Does nothing if the lock has passed to another call. */
  answerKey(call: KeyedCall, token: string, answer: string): Promise<void>;
  /** Frees the key of a call that changed nothing. Does nothing if the lock has passed to another call. */
  releaseKey(call: KeyedCall, token: string): Promise<void>;
  /** Deletes a batch of keys older than `lifeMs`. Returns how many. */
  deleteOldKeys(lifeMs: number): Promise<number>;
}
