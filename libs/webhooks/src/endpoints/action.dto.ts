import {
  PlainObject,
  Flag,
  Instant,
  MailAddress,
  Nullable,
  Optional,
  Required,
  Text,
  TextList,
  WholeNumber,
} from '../validation/fields.js';

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Body of `POST …/rotate-secret`, of an endpoint and of the account. */
export class RotateSecret {
  /** Default a new one. */
  @Optional()
  @Text(512)
  secret?: string;

  /** How long the old ones sign along, milliseconds, at most 7 days; 0 for a secret that leaked. Default the module's, 24 h. */
  @Optional()
  @WholeNumber(0, WEEK_MS)
  overlapMs?: number;
}

/** Body of `POST /webhooks/:id/test`. */
export class TestEndpoint {
  /** A name of the profile's vocabulary. Default one that the endpoint subscribed to, in `standard` `webhook.test`. */
  @Optional()
  @Text(128)
  type?: string;

  /** The event's data. Default the catalogue's example. */
  @Optional()
  @PlainObject()
  data?: Record<string, unknown>;
}

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

/** Body of `PATCH /webhooks/account`. */
export class ChangeAccount {
  /** Where alerts go for endpoints that name no address. */
  @Nullable()
  @MailAddress()
  alertEmail?: string | null;

  /** Profile of new endpoints and of callbacks. `null`: the module's. */
  @Nullable()
  @Text(32)
  defaultProfile?: string | null;
}
