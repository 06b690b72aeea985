import { Flag, Instant, Optional, Required, TextList } from '../validation/fields.js';

/** States that a recovery may look for. */
export const RECOVERABLE = ['exhausted', 'discarded'] as const;

/** Body of `POST /webhooks/:id/recover`. */
export class RecoverDeliveries {
  /** Deliveries that ended without success at this time or later: RFC 3339. */
  @Required()
  @Instant()
  since!: string;

  /** Deliveries that ended before this time: RFC 3339. Default now. */
  @Optional()
  @Instant()
  until?: string;

  /** Default both. */
  @Optional()
  @TextList(2, /^(exhausted|discarded)$/, '"exhausted" or "discarded"')
  states?: (typeof RECOVERABLE)[number][];

  /** Only count. Default false. */
  @Optional()
  @Flag()
  dryRun?: boolean;
}
