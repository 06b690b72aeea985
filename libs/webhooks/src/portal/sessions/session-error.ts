import { WebhooksError } from '../../core/errors.js';

/** `createSession` was called with a value that it does not take. */
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
