import { WebhooksError } from '../core/errors.js';
import type { WebhookEvent } from '../events/event.js';
import type { WebhookMessage, WebhookOptIn, WebhookPhone } from '../events/message.js';

/** An event of the catalogue's types does not carry the data of its type. */
export class EventDataError extends WebhooksError {
  constructor(
    readonly eventType: string,
    /** What is missing: `message`, `phone` or `optIn`. */
    readonly field: string,
  ) {
    super(`An event of type ${eventType} has no data.${field}: publish it with data: { ${field}: { … } }.`);
  }
}

/** The message that an event of type `message.*` or `call.missed` is about. Throws {@link EventDataError}. */
export function messageOf(event: WebhookEvent): WebhookMessage {
  return part<WebhookMessage>(event, 'message');
}

/** The phone that an event of type `phone.*` is about. Throws {@link EventDataError}. */
export function phoneOf(event: WebhookEvent): WebhookPhone {
  return part<WebhookPhone>(event, 'phone');
}

/** The opt-in that an event of type `number.opted_in` is about. Throws {@link EventDataError}. */
export function optInOf(event: WebhookEvent): WebhookOptIn {
  return part<WebhookOptIn>(event, 'optIn');
}

/** An expiry after which no further send is tried, which is all of them unless the host says otherwise. */
export function isFinalExpiry(message: WebhookMessage): boolean {
  return message.isFinal ?? true;
}

function part<Part>(event: WebhookEvent, field: string): Part {
  const found = (event.data as Record<string, unknown> | null | undefined)?.[field];
  if (typeof found !== 'object' || found === null) throw new EventDataError(event.type, field);
  return found as Part;
}
