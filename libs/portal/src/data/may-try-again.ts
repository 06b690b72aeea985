import { ApiError } from '../api/api-error.ts';

/** Calls that did not reach the API are retried. Others are not, because the API would respond the same. */
export const mayTryAgain = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 502);
