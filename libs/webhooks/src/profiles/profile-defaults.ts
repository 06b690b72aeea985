import type { AttemptOutcome, FailureVerdict, ProfileEndpoint } from './profile.js';

/**
 * The rule of Mobile Text Alerts, which `standard` shares: an answer that the endpoint asked to skip is ignored; else
 * `retryOnError` decides. Where no answer came there is nothing to skip.
 */
export function retryAsEndpointAsks(outcome: AttemptOutcome, endpoint: ProfileEndpoint): FailureVerdict {
  const { status } = outcome;
  if (status !== null && (endpoint.skipErrors || endpoint.skipErrorCodes.includes(String(status))))
    return 'ignore';
  return endpoint.retryOnError ? 'retry' : 'fail';
}

/** Every failure is retried while the schedule has waits left. */
export function retryAlways(): FailureVerdict {
  return 'retry';
}

/** 2xx. */
export function is2xx(status: number): boolean {
  return status >= 200 && status <= 299;
}
