import { messageEvent, type WebhookEventInput, type WebhooksService } from 'nestjs-sms-webhooks';
import type { DataSource } from 'typeorm';
import { OTHER_TENANT, TENANT } from './endpoints.js';

const TEXTS = ['Your code is 4711.', 'Your parcel arrives today.', 'Reply STOP to opt out.'];

/** The events of one message's life. */
function eventsOf(number: number, tenantId: string): WebhookEventInput[] {
  const id = `msg_${String(number).padStart(6, '0')}`;
  const to = `+1415555${String(1000 + number).slice(-4)}`;
  const outgoing = {
    id,
    direction: 'out' as const,
    from: '+18005550199',
    to,
    body: TEXTS[number % TEXTS.length]!,
  };
  if (number % 4 === 3) {
    const message = { ...outgoing, direction: 'in' as const, from: to, to: '+18005550199', body: 'STOP' };
    return [messageEvent('message.received', { tenantId, message })];
  }
  const failed = { ...outgoing, errorCode: 'invalid_number', errorMessage: 'The number does not exist' };
  return [
    messageEvent('message.queued', { tenantId, message: outgoing }),
    messageEvent('message.sent', { tenantId, message: outgoing }),
    number % 9 === 5
      ? messageEvent('message.failed', { tenantId, message: failed })
      : messageEvent('message.delivered', { tenantId, message: outgoing }),
  ];
}

/** Publishes the events of `count` messages, numbered from `first`. */
export async function sendMessages(
  webhooks: WebhooksService,
  dataSource: DataSource,
  { count, first = 1 }: { count: number; first?: number },
): Promise<void> {
  await dataSource.transaction(async (tx) => {
    for (let number = first; number < first + count; number++) {
      const tenant = number % 10 === 0 ? OTHER_TENANT : TENANT;
      await webhooks.publish(tx, eventsOf(number, tenant));
    }
  });
}
