import { WebhooksError } from '../core/errors.js';

/**
 * Errors of the start begin with `WebhooksModule`, which is what a Nest app calls. Names `createWebhooks` instead, in the
 * message and in the stack. Other errors are returned as they are.
 */
export function nameCaller(error: unknown): unknown {
  if (!(error instanceof WebhooksError)) return error;
  const { message, stack } = error;
  error.message = message.replace(/^WebhooksModule\b/, 'createWebhooks');
  error.stack = stack?.replace(message, () => error.message);
  return error;
}
