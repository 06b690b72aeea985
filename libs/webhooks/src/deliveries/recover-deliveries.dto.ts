import { Flag, Instant, Optional, Required, TextList } from '../validation/fields.js';

/** States that a recovery may look for. */
export const RECOVERABLE = ['pending', 'exhausted', 'discarded'] as const;

/** Body of `POST /webhooks/:id/recover`. */
export class RecoverDeliveries {
  /**
   * Start of the range (RFC 3339): deliveries that ended without success, or whose last attempt failed, at this time or
   * later.
   */
  @Required()
  @Instant()
  since!: string;

  /** End of the range (RFC 3339), itself excluded. Default now. */
  @Optional()
  @Instant()
  until?: string;

  /** `pending`: deliveries that wait for their next attempt. Default all three. */
  @Optional()
  @TextList(3, /^(pending|exhausted|discarded)$/, '"pending", "exhausted" or "discarded"')
  states?: (typeof RECOVERABLE)[number][];

  /** Only count. Default false. */
  @Optional()
  @Flag()
  dryRun?: boolean;
}
