import { Optional, Text, WholeNumber } from '../validation/fields.js';

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Body of `POST …/rotate-secret`, of an endpoint and of the account. */
export class RotateSecret {
  /** Default: a new secret is generated. */
  @Optional()
  @Text(512)
  secret?: string;

  /**
   * How long (ms) the old secrets stay valid: at most 7 days; `0` if a secret has leaked. Default: the module's
   * `rotationOverlapMs` (24 h unless set).
   */
  @Optional()
  @WholeNumber(0, WEEK_MS)
  overlapMs?: number;
}
