/** A call with an `Idempotency-Key`. */
export interface KeyedCall {
  tenantId: string;
  /** Name of the route, at most 64 characters. */
  route: string;
  key: string;
  /** Of what the call asks for, 64 characters. */
  fingerprint: string;
}

/**
 * What a call with a key may do: run, under a token that ends with the lock; return the stored answer; or nothing, because
 * the first call is still running, or was another one.
 */
export type KeyClaim =
  | { state: 'claimed'; token: string }
  | { state: 'answered'; answer: string }
  | { state: 'running' }
  | { state: 'other' };

/** Keys of calls, and the answers of those that succeeded. */
export interface IdempotencyStore {
  /**
   * Locks a key for `lockMs`. A key older than `lifeMs` is free again, and so is one whose lock has ended without an
   * answer: its process has died.
   */
  claimKey(call: KeyedCall, lockMs: number, lifeMs: number): Promise<KeyClaim>;
  /** Stores the answer, sealed, and ends the lock. Does nothing if the lock has passed to another call. */
  answerKey(call: KeyedCall, token: string, answer: string): Promise<void>;
  /** Frees the key: the call did nothing. Does nothing if the lock has passed to another call. */
  releaseKey(call: KeyedCall, token: string): Promise<void>;
  /** Deletes a batch of keys older than `lifeMs`. Returns how many. */
  deleteOldKeys(lifeMs: number): Promise<number>;
}
