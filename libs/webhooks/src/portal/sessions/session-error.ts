import { WebhooksError } from '../../core/errors.js';

/** `createSession` was called with an invalid value. */
export class InvalidSessionError extends WebhooksError {
  override readonly name = 'InvalidSessionError';

  constructor(
    /** Such as `scopes`. */
    readonly field: string,
    fix: string,
  ) {
    super(`createSession: ${field} ${fix}.`);
  }
}
