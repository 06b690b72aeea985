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
      details: listOf('What is wrong with which field. Empty if it is not about fields.', {
        ...refTo('WebhookErrorDetail'),
      }),
      retryAfterSeconds: whole('When the same call may succeed. Of a 429 and a 503.'),
      limit: answer<CallLimit>('The limit that the call exceeds. Of a 429.', {
        name: text('What it counts, such as `tests`.'),
        max: whole('Calls within the window.'),
        windowSeconds: whole('The window.'),
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
