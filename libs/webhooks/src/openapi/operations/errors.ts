/** The errors that routes return, by `code`: the HTTP status, and what the error means. */
export const ERRORS = {
  invalid_request: [400, 'Fields or query parameters have a wrong shape; `details` names them.'],
  invalid_json: [400, 'The body is not valid JSON.'],
  unauthenticated: [401, 'The request is not authenticated.'],
  tenant_missing: [403, 'The request belongs to no account.'],
  endpoint_not_found: [404, 'There is no such webhook, or it belongs to another account.'],
  delivery_not_found: [404, 'There is no such delivery, or it belongs to another account.'],
  event_not_found: [404, 'There is no such event, or it belongs to another account.'],
  job_not_found: [404, 'There is no such job, or it belongs to another account.'],
  account_secret: [
    409,
    "The account's secret signs the requests of this webhook: use the routes below `/account`.",
  ],
  account_secret_unfit: [409, "The account's secret does not fit this profile: rotate it first."],
  delivery_being_sent: [409, 'The delivery is being sent right now. Try again after this attempt.'],
  delivery_finished: [409, 'The delivery has ended already.'],
  delivery_not_rendered: [409, 'The delivery has no body to send.'],
  delivery_erased: [409, 'The body of the delivery was erased.'],
  disabled_by_operator: [
    409,
    'The people who run the service disabled the webhook, and only they can enable it.',
  ],
  endpoint_closed: [409, 'The webhook is disabled or deleted. Resume it first, or register another one.'],
  endpoint_disabled: [409, 'The webhook is disabled. Resume it first.'],
  endpoint_limit: [409, 'The account has the maximum number of webhooks.'],
  event_taken: [409, 'The profile sends each event to one URL, and another webhook has this event.'],
  idempotency_key_in_use: [409, 'The first call with this `Idempotency-Key` is still running.'],
  idempotency_key_unreadable: [409, 'The call was made, but its stored response cannot be read any more.'],
  job_finished: [409, 'The job has ended already.'],
  profile_missing: [409, 'The service does not support the profile of this webhook any more.'],
  replay_running: [409, 'A replay to this webhook is running. Wait until it is done, or cancel it.'],
  secret_unreadable: [409, 'The stored secret cannot be read. Rotate it to get a new one.'],
  too_many_secrets: [409, 'Too many secrets would be valid at one time.'],
  uid_taken: [409, 'Another webhook has this `uid`.'],
  body_too_large: [413, "The body is larger than the host's parser allows."],
  json_only: [415, 'The body is not JSON, or has another content type.'],
  refused: [422, 'A rule rejects fields; `details` names them.'],
  too_many_requests: [
    429,
    'Too many calls of this kind. `Retry-After` says when the next call may succeed, and `limit` names the limit.',
  ],
  not_ready: [503, 'The tables of the service do not exist yet. Try again in a few seconds.'],
} as const satisfies Readonly<Record<string, readonly [status: number, meaning: string]>>;

export type ErrorCode = keyof typeof ERRORS;

/** Errors of every route. */
export const COMMON_ERRORS: readonly ErrorCode[] = ['unauthenticated', 'tenant_missing', 'not_ready'];

/** Errors of routes that read a body. */
export const BODY_ERRORS: readonly ErrorCode[] = ['invalid_request', 'invalid_json', 'body_too_large'];

/** Errors of routes that take an `Idempotency-Key`. A key that was used for another call gives `refused`. */
export const KEY_ERRORS: readonly ErrorCode[] = [
  'idempotency_key_in_use',
  'idempotency_key_unreadable',
  'refused',
];

/** Statuses of errors that the host's own guards may return, in a format of their own. */
export const HOST_STATUSES: readonly number[] = [401, 403];
