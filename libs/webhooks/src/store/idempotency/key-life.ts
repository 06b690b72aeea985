/** How long an `Idempotency-Key` is remembered. */
export const KEY_LIFE_MS = 24 * 3_600_000;
