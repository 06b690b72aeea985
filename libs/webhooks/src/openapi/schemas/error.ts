import type { CallLimit, ErrorDetail } from '../../core/request-error.js';
import { answer, listOf, refTo, text, whole } from './fields.js';

/** The body of an error, which {@link WebhooksRequestError} makes. */
interface ErrorBody {
  statusCode: number;
  message: string;
  error: string;
  code: string;
  details: ErrorDetail[];
  retryAfterSeconds?: number;
  limit?: CallLimit;
}

export const errorSchemas = {
  WebhookError: answer<ErrorBody>(
    'An error.',
    {
      statusCode: whole('The HTTP status.'),
      message: text('A sentence for people.'),
      error: text('Name of the HTTP status.'),
      code: text('Stable, for programs.'),
      details: listOf('Which fields are wrong, and why. Empty if the error is not about fields.', {
        ...refTo('WebhookErrorDetail'),
      }),
      retryAfterSeconds: whole('Seconds until the same call may succeed. Only in a 429 and a 503.'),
      limit: answer<CallLimit>('The limit that the call exceeds. Only in a 429.', {
        name: text('What the limit counts, such as `tests`.'),
        max: whole('Maximum number of calls within the window.'),
        windowSeconds: whole('Length of the window in seconds.'),
      }),
    },
    ['retryAfterSeconds', 'limit'],
  ),
  WebhookErrorDetail: answer<ErrorDetail>('What is wrong with one field.', {
    field: text('Name as the caller wrote it, such as `headers.x-token`.'),
    code: text('Stable, for programs.'),
    message: text('A sentence for people: what is allowed.'),
  }),
};
