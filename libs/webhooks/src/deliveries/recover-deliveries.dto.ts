import { Flag, Instant, Optional, Required, TextList } from '../validation/fields.js';

/** States that a recovery may look for. */
export const RECOVERABLE = ['pending', 'exhausted', 'discarded'] as const;

/** Body of `POST /webhooks/:id/recover`. */
export class RecoverDeliveries {
  /** Deliveries that ended without success at this time or later, or whose last attempt failed then: RFC 3339. */
  @Required()
  @Instant()
  since!: string;

  /** The same before this time: RFC 3339. Default now. */
  @Optional()
  @Instant()
  until?: string;

  /** `pending`: those that wait for their next attempt. Default all three. */
  @Optional()
  @TextList(3, /^(pending|exhausted|discarded)$/, '"pending", "exhausted" or "discarded"')
  states?: (typeof RECOVERABLE)[number][];

  /** Only count. Default false. */
  @Optional()
  @Flag()
  dryRun?: boolean;
}
