import type { AlertChannel, WebhookAlert } from '../alert-channel.js';

/**
 * Hands each alert to a function of the host's: a queue, a chat, a mail service of its own. An alert comes at least once;
 * its `id` tells a repeated one. `name`: needed where there are several such channels.
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
