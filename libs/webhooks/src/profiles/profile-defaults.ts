import type {
  AttemptOutcome,
  FailureVerdict,
  Profile,
  ProfileEndpoint,
  RegistrationRules,
} from './profile.js';

/** Milliseconds, for schedules and timeouts. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/**
 * Registration rules that accept all event names and wildcards, up to 100 names per endpoint. The only optional field is
 * `alertEmail`.
 */
export const plainRegistration: RegistrationRules = {
  eventNames: null,
  wildcards: true,
  maxEvents: 100,
  onePerEvent: false,
  httpsOnly: false,
  maxEndpoints: null,
  maxThroughputPerMinute: null,
  fields: ['alertEmail'],
};

/**
 * Defaults that the five platform profiles share: JSON, a timeout of 5 s (three of the platforms document it, and the others
 * document none), and retries that are never earlier than the documented delay. No platform documents what follows a 410,
 * `Retry-After` or failures for days, so these have no effect. The owner gets no emails besides the alerts that every
 * endpoint has.
 */
export const platformPolicy = {
  contentType: 'application/json',
  timeoutMs: 5 * SECOND,
  jitter: { share: 0.2, direction: 'later' },
  disablesOnGone: false,
  honoursRetryAfter: false,
  disablesOnFailure: false,
  alerts: { onExhausted: false, onEveryFailure: false, scope: 'endpoint' },
} satisfies Partial<Profile>;

/** Returns true for 200 to 299. */
export function is2xx(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** Retries every failure while the schedule has waits left. */
export function retryAlways(): FailureVerdict {
  return 'retry';
}

/**
 * The rule of Mobile Text Alerts and of `standard`: ignores a response that the endpoint asks to skip, and otherwise follows
 * `retryOnError`. A request without a response is never skipped.
 */
export function retryAsEndpointAsks(outcome: AttemptOutcome, endpoint: ProfileEndpoint): FailureVerdict {
  const { status } = outcome;
  const isSkipped =
    status !== null && (endpoint.skipErrors || endpoint.skipErrorCodes.includes(String(status)));
  if (isSkipped) return 'ignore';
  return endpoint.retryOnError ? 'retry' : 'fail';
}
