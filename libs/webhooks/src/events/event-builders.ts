import type { EventInputOf, WebhookEventFields } from './event.js';
import type { WebhookEventMap, WebhookEventType } from './event-map.js';
import type { MessageStatus, WebhookMessage, WebhookOptIn, WebhookPhone } from './message.js';

/** Event types whose data is a message. */
export type MessageEventType = {
  [Type in WebhookEventType]: WebhookEventMap[Type] extends { message: WebhookMessage } ? Type : never;
}[WebhookEventType];

const STATUS_OF_TYPE: { [Type in MessageEventType]?: MessageStatus } = {
  'message.queued': 'queued',
  'message.sending': 'sending',
  'message.sent': 'sent',
  'message.delivered': 'delivered',
  'message.failed': 'failed',
  'message.expired': 'expired',
  'message.unconfirmed': 'unconfirmed',
  'message.received': 'received',
};

/**
 * Builds the event of a message for `publish`. The default subject is the id of the message. The default status of the
 * message follows from the event type.
 */
export function messageEvent<Type extends MessageEventType>(
  type: Type,
  { message, subject = String(message.id), ...fields }: WebhookEventFields & { message: WebhookMessage },
): EventInputOf<Type> {
  const status = message.status ?? STATUS_OF_TYPE[type];
  const data = { message: status === undefined ? message : { ...message, status } };
  return { ...fields, type, subject, data } as EventInputOf<Type>;
}

/** Builds the event of a phone that went offline or online, for `publish`. Default subject: the phone's id. */
export function phoneEvent<Type extends 'phone.offline' | 'phone.online'>(
  type: Type,
  { phone, subject = phone.id, ...fields }: WebhookEventFields & { phone: WebhookPhone },
): EventInputOf<Type> {
  return { ...fields, type, subject, data: { phone } } as EventInputOf<Type>;
}

/** Builds the event of a person's opt-in for `publish`. Default subject: the person's number. */
export function optInEvent({
  optIn,
  subject = optIn.from,
  ...fields
}: WebhookEventFields & { optIn: WebhookOptIn }): EventInputOf<'number.opted_in'> {
  return { ...fields, type: 'number.opted_in', subject, data: { optIn } };
}
