import type { WebhookEventFields, WebhookEventInput, WebhookEventMap, WebhookEventType } from './event.js';
import type { MessageStatus, WebhookMessage, WebhookOptIn, WebhookPhone } from './message.js';

/** The types whose events are about a message or call. */
export type MessageEventType = {
  [Type in WebhookEventType]: WebhookEventMap[Type] extends { message: WebhookMessage } ? Type : never;
}[WebhookEventType];

/** What `publish` takes for one type of the catalogue, or for one of several. */
export type EventInputOf<Type extends WebhookEventType> = Extract<WebhookEventInput, { type: Type }>;

const STATUS: { [Type in MessageEventType]?: MessageStatus } = {
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
 * The event of a host's message, for `publish`. The subject is the message's id unless another is given; the message's
 * status is the type's where the message has none.
 */
export function messageEvent<Type extends MessageEventType>(
  type: Type,
  { message, subject = String(message.id), ...fields }: WebhookEventFields & { message: WebhookMessage },
): EventInputOf<Type> {
  const status = message.status ?? STATUS[type];
  const data = { message: status === undefined ? message : { ...message, status } };
  return { ...fields, type, subject, data } as EventInputOf<Type>;
}

/** The event of a phone that went away or came back. The subject is the phone's id unless another is given. */
export function phoneEvent<Type extends 'phone.offline' | 'phone.online'>(
  type: Type,
  { phone, subject = phone.id, ...fields }: WebhookEventFields & { phone: WebhookPhone },
): EventInputOf<Type> {
  return { ...fields, type, subject, data: { phone } } as EventInputOf<Type>;
}

/** The event of a number that opted in. The subject is the person's number unless another is given. */
export function optInEvent({
  optIn,
  subject = optIn.from,
  ...fields
}: WebhookEventFields & { optIn: WebhookOptIn }): EventInputOf<'number.opted_in'> {
  return { ...fields, type: 'number.opted_in', subject, data: { optIn } };
}
