import { Flag, Instant, Optional, Required, TextList } from '../validation/fields.js';

/** States that `recover` looks for. */
export const RECOVERABLE = ['exhausted', 'discarded'] as const;

/** Body of `POST /webhooks/:id/recover`. */
export class RecoverDeliveries {
  /** Deliveries that ended without success from then on: RFC 3339. */
  @Required()
  @Instant()
  since!: string;

  /** … and before then. Default now. */
  @Optional()
  @Instant()
  until?: string;

  /** Default both. */
  @Optional()
  @TextList(2, /^(exhausted|discarded)$/, '"exhausted" or "discarded"')
  states?: (typeof RECOVERABLE)[number][];

  /** Count only. Default false. */
  @Optional()
  @Flag()
  dryRun?: boolean;
}
