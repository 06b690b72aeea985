import { ApiError } from '../api/api-error.ts';

/** An answer that the API has given stays the same: only what did not reach it is tried again. */
export const mayTryAgain = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 502);
