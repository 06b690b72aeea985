import type { Message } from './message.entity.js';

/** A message as the API shows it. */
export function messageView(message: Message) {
  return {
    id: message.id,
    direction: message.direction,
    from: message.from,
    to: message.to,
    message: message.body,
    status: message.status,
    errorCode: message.errorCode,
    errorMessage: message.errorMessage,
    providerId: message.providerId,
    callbackUrl: message.callbackUrl,
    externalId: message.externalId,
    tags: message.tags,
    sim: message.sim,
    refunded: message.refunded,
    createdAt: message.createdAt,
    updatedAt: message.updatedAt,
  };
}
