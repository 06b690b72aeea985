import type { WebhookProfile } from './profile.js';

/**
 * Why a webhook is refused.
 * The request's fault: `missing-header`, `malformed-header`, `signature-mismatch`, `timestamp-too-old`, `timestamp-too-new`,
 * `wrong-audience`, `wrong-issuer`, and `malformed-body` (well signed, but no JSON object).
 * The receiver's own fault: `no-secret`, `bad-secret`, `body-not-raw`, `bad-option`.
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

const ownFaults: ReadonlySet<RefusalReason> = new Set([
  'no-secret',
  'bad-secret',
  'body-not-raw',
  'bad-option',
]);

/** Thrown for every webhook that does not verify. Log `reason` and `message`; tell the sender the `status` alone. */
export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';

  constructor(
    readonly reason: RefusalReason,
    /** What is wrong and what to change. Holds no secret and nothing the request brought. */
    message: string,
    /** `null` where the profile itself is the mistake. */
    readonly profile: WebhookProfile | null = null,
  ) {
    super(message);
  }

  /**
   * The HTTP status to answer: 401, or 400 for a signed body that is no JSON object, or 500 where the receiver's set-up is at
   * fault. A 500 is retried by every sender that retries at all, so what came in the meantime is not lost.
   */
  get status(): 400 | 401 | 500 {
    if (ownFaults.has(this.reason)) return 500;
    return this.reason === 'malformed-body' ? 400 : 401;
  }
}
