import type { WebhookProfile } from './profiles.js';

/**
 * Why a webhook is refused.
 * Faults of the request: `missing-header`, `malformed-header`, `signature-mismatch`, `timestamp-too-old`,
 * `timestamp-too-new`, `wrong-audience`, `wrong-issuer`, and `malformed-body` (correctly signed, but not a JSON object).
 * Faults of the receiver's set-up: `no-secret`, `bad-secret`, `body-not-raw`, `bad-option`.
 */
export type RefusalReason =
  | 'missing-header'
  | 'malformed-header'
  | 'signature-mismatch'
  | 'timestamp-too-old'
  | 'timestamp-too-new'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'malformed-body'
  | 'no-secret'
  | 'bad-secret'
  | 'body-not-raw'
  | 'bad-option';

const RECEIVER_FAULTS: ReadonlySet<RefusalReason> = new Set([
  'no-secret',
  'bad-secret',
  'body-not-raw',
  'bad-option',
]);

/** Thrown for every webhook that is refused. Log `reason` and `message`. Send only the `status` to the caller. */
export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';

  constructor(
    readonly reason: RefusalReason,
    /** What is wrong and what to change. Contains no secret and no data of the request. */
    message: string,
    /** `null` if the profile itself is wrong. */
    readonly profile: WebhookProfile | null = null,
  ) {
    super(message);
  }

  /**
   * HTTP status for the response: 401; 400 for a signed body that is not a JSON object; 500 if the receiver's set-up is
   * wrong. Senders that retry also retry after a 500, so a webhook is not lost if the set-up is fixed in time.
   */
  get status(): 400 | 401 | 500 {
    if (RECEIVER_FAULTS.has(this.reason)) return 500;
    return this.reason === 'malformed-body' ? 400 : 401;
  }
}
