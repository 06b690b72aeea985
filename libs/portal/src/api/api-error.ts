import type { ErrorDetail } from './types.ts';

/**
 * A call that failed. `code` is the code of the API's error response, or `http_` and the status if the response has none. It is
 * `network` or `timeout` if there is no response, and `unreadable` if the response is a success but not JSON.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: string,
    message: string,
    /** HTTP status; `0`: no response. */
    readonly status: number,
    readonly details: readonly ErrorDetail[] = [],
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }

  /** The API's messages for one field, such as `url`. */
  messagesOf(field: string): string[] {
    return this.details
      .filter((detail) => detail.field === field || detail.field.startsWith(`${field}.`))
      .map(({ message }) => message);
  }
}

/** Returns an `ApiError` as it is. Any other error becomes an `ApiError` with the code `unreadable` and the status `0`. */
export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError('unreadable', String(error), 0);
