import { ApiError } from '../api/api-error.ts';

/**
 * Returns true for calls that got no response, and for 502 and above, which a proxy or an API that is not ready returns. After
 * other errors, a retry would get the same response.
 */
export const mayTryAgain = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 502);
