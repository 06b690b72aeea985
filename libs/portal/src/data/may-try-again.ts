import { ApiError } from '../api/api-error.ts';

/**
 * Returns true for calls that got no response, and for 502 and above: a proxy or an API that is not ready responds so. To
 * other calls the API would give the same response again.
 */
export const mayTryAgain = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 502);
