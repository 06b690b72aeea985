import { messageEvent } from 'nestjs-sms-webhooks';
import type { WebhookEventInput } from 'nestjs-sms-webhooks';
import type { Message } from './message.entity.js';

const EVENT = {
  queued: 'message.queued',
  sending: 'message.sending',
  sent: 'message.sent',
  unconfirmed: 'message.unconfirmed',
  delivered: 'message.delivered',
  failed: 'message.failed',
  rejected: 'message.failed',
  undelivered: 'message.failed',
  expired: 'message.expired',
  received: 'message.received',
} as const;

/** Returns the event for the message's current status, which the message has had since `occurredAt`. */
export function statusEvent(message: Message, occurredAt: Date): WebhookEventInput {
  const { id, direction, from, to, body, status, attempt, maxAttempts } = message;
  return messageEvent(EVENT[status], {
    tenantId: message.accountId,
    occurredAt,
    callbackUrl: message.callbackUrl ?? undefined,
    // Carriers repeat their reports: the same status of the same attempt is one event.
    idempotencyKey: `${id}:${attempt}:${status}`,
    message: {
      id,
      direction,
      from,
      to,
      body,
      status,
      statusText: status === 'delivered' ? 'DELIVERED_TO_HANDSET' : undefined,
      errorCode: message.errorCode ?? undefined,
      errorMessage: message.errorMessage ?? undefined,
      providerId: message.providerId ?? undefined,
      attemptCount: attempt,
      maxAttempts,
      isFinal: status === 'expired' ? attempt >= maxAttempts : undefined,
      externalId: message.externalId ?? undefined,
      tags: message.tags ?? undefined,
      refunded: message.refunded,
      sim: message.sim,
      deviceId: `phone-of-${message.accountId}`, // Each account of this sample has one phone.
    },
  });
}
