import { STATUS_CODES } from 'node:http';
import { HttpException, HttpStatus } from '@nestjs/common';

/** What is wrong with one field. */
export interface ErrorDetail {
  /** Name as the caller wrote it, such as `headers.x-token`. */
  field: string;
  /** Stable, snake_case. */
  code: string;
  /** For people: what is allowed. */
  message: string;
}

/** What {@link WebhooksRequestError} may carry beside its message. */
export interface RequestErrorOptions {
  details?: ErrorDetail[];
  /** Seconds until the same call may succeed: sent as `Retry-After`. */
  retryAfterSeconds?: number;
}

/**
 * A call that cannot be done as asked, over HTTP or through the services. Its body keeps Nest's shape and adds a stable
 * `code` and `details`. 400: the shape is wrong; 404: no such thing, or another tenant's; 409: not in this state;
 * 422: refused by a rule; 429: too often.
 */
export class WebhooksRequestError extends HttpException {
  readonly code: string;
  readonly details: ErrorDetail[];
  readonly retryAfterSeconds: number | undefined;

  /** @internal The module throws these errors. */
  constructor(status: HttpStatus, code: string, message: string, options: RequestErrorOptions = {}) {
    const { details = [], retryAfterSeconds } = options;
    super({ statusCode: status, message, error: STATUS_CODES[status] ?? 'Error', code, details }, status, {
      errorCode: code,
    });
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const list = (details: readonly ErrorDetail[]): string => details.map(({ message }) => message).join(' ');

/** 400: fields of the wrong shape. */
export function badRequest(...details: ErrorDetail[]): WebhooksRequestError {
  return new WebhooksRequestError(HttpStatus.BAD_REQUEST, 'invalid_request', list(details), { details });
}

/** 422: fields that a rule refuses. */
export function unprocessable(...details: ErrorDetail[]): WebhooksRequestError {
  return new WebhooksRequestError(HttpStatus.UNPROCESSABLE_ENTITY, 'refused', list(details), { details });
}

/** 409: not possible in the present state. */
export function conflict(code: string, message: string, details: ErrorDetail[] = []): WebhooksRequestError {
  return new WebhooksRequestError(HttpStatus.CONFLICT, code, message, { details });
}

/** 404 for what does not exist and for what is another tenant's, in the same words. */
export function notFound(what: 'endpoint' | 'delivery'): WebhooksRequestError {
  const name = what === 'endpoint' ? 'webhook' : 'delivery';
  return new WebhooksRequestError(HttpStatus.NOT_FOUND, `${what}_not_found`, `There is no such ${name}.`);
}
