import { ApiError } from '../api/api-error.ts';

/**
 * Returns true for calls that got no response, and for statuses from 502 on. Those statuses come from a proxy, or from an
 * API that is not ready. After other errors, a retry would get the same response.
 */
export const mayTryAgain = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 502);
