import { STATUS_CODES } from 'node:http';
import { HttpException, HttpStatus } from '@nestjs/common';

/** What is wrong with one field. */
export interface ErrorDetail {
  /** Name as the caller wrote it, such as `headers.x-token`. */
  field: string;
  /** Stable, snake_case. */
  code: string;
  /** A sentence for people: what is allowed. */
  message: string;
}

/** A limit on calls of one tenant. */
export interface CallLimit {
  /** What it counts: `tests`, `retries`, `recoveries`, `replays` or `registrations`. */
  name: string;
  /** Calls within the window. */
  max: number;
  windowSeconds: number;
}

/** What a {@link WebhooksRequestError} may contain besides its message. */
export interface RequestErrorOptions {
  details?: ErrorDetail[];
  /** Seconds until the same call may succeed. Sent as `Retry-After`, and in the body. */
  retryAfterSeconds?: number;
  /** Of a 429: the limit that the call exceeds. */
  limit?: CallLimit;
}

/**
 * A call was refused, over HTTP or through the services. The error's body has Nest's shape plus a stable `code` and
 * `details`. 400: wrong shape. 403: the request belongs to no tenant. 404: not found, or another tenant's. 409: not
 * possible in the current state. 413: the body is too large. 415: the body is not JSON. 422: refused by a rule. 429: too
 * many calls. 503: the tables do not exist yet.
 */
export class WebhooksRequestError extends HttpException {
  // A literal, because minifying bundlers rename classes. Nest would take the name of the class.
  override readonly name = 'WebhooksRequestError';
  readonly code: string;
  readonly details: ErrorDetail[];
  readonly retryAfterSeconds: number | undefined;
  /** Of a 429: the limit that the call exceeds. */
  readonly limit: CallLimit | undefined;

  /** @internal The module throws these errors. */
  constructor(status: HttpStatus, code: string, message: string, options: RequestErrorOptions = {}) {
    const { details = [], retryAfterSeconds, limit } = options;
    const error = STATUS_CODES[status] ?? 'Error';
    super(
      { statusCode: status, message, error, code, details, ...present({ retryAfterSeconds, limit }) },
      status,
      {
        errorCode: code,
      },
    );
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
    this.limit = limit;
  }
}

const present = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const messagesOf = (details: readonly ErrorDetail[]): string =>
  details.map(({ message }) => message).join(' ');

/** 400: fields have the wrong shape. */
export function badRequest(...details: ErrorDetail[]): WebhooksRequestError {
  return new WebhooksRequestError(HttpStatus.BAD_REQUEST, 'invalid_request', messagesOf(details), {
    details,
  });
}

/** 422: a rule refuses fields. */
export function unprocessable(...details: ErrorDetail[]): WebhooksRequestError {
  return new WebhooksRequestError(HttpStatus.UNPROCESSABLE_ENTITY, 'refused', messagesOf(details), {
    details,
  });
}

/** 409: not possible in the current state. */
export function conflict(code: string, message: string, details: ErrorDetail[] = []): WebhooksRequestError {
  return new WebhooksRequestError(HttpStatus.CONFLICT, code, message, { details });
}

/**
 * 429: too many calls of one tenant.
 *
 * @param what such as `tests`
 * @param waitMs time until the next call may succeed
 */
export function tooManyRequests(what: string, perMinute: number, waitMs: number): WebhooksRequestError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return new WebhooksRequestError(
    HttpStatus.TOO_MANY_REQUESTS,
    'too_many_requests',
    `Too many ${what}: at most ${perMinute} a minute, try again in ${retryAfterSeconds} s.`,
    { retryAfterSeconds, limit: { name: what, max: perMinute, windowSeconds: 60 } },
  );
}

/** 503: the tables do not exist yet. */
export function notReady(): WebhooksRequestError {
  return new WebhooksRequestError(
    HttpStatus.SERVICE_UNAVAILABLE,
    'not_ready',
    'Webhooks are not available yet. Try again in a few seconds.',
    { retryAfterSeconds: 5 },
  );
}

/** 403: the host's `tenant` has returned no valid tenant. */
export function tenantMissing(): WebhooksRequestError {
  return new WebhooksRequestError(
    HttpStatus.FORBIDDEN,
    'tenant_missing',
    'This request belongs to no account.',
  );
}

/** 404. The error is the same whether the thing does not exist or belongs to another tenant. */
export function notFound(what: 'endpoint' | 'delivery' | 'event' | 'job'): WebhooksRequestError {
  const name = what === 'endpoint' ? 'webhook' : what;
  return new WebhooksRequestError(HttpStatus.NOT_FOUND, `${what}_not_found`, `There is no such ${name}.`);
}
