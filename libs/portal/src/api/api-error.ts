import type { ErrorDetail } from './types.ts';

/**
 * A call that failed. `code` comes from the API. If an error response has no code, it is `http_` and the status. If there is no
 * response, it is `network` or `timeout`; if the response is a success but not JSON, `unreadable`.
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

export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError('unreadable', String(error), 0);
