import type { AlertChannel, WebhookAlert } from '../alert-channel.js';

/**
 * Passes each alert to a function of the host. The function can use a queue, a chat or a mail service. An alert is
 * passed at least once; use its `id` to recognize a repeated alert. `name` is required if there are several such
 * channels (default `callback`).
 */
export function callbackChannel(
  callback: (alert: WebhookAlert) => unknown,
  { name = 'callback' }: { name?: string } = {},
): AlertChannel {
  return {
    name,
    async send(alert) {
      await callback(alert);
    },
  };
}
