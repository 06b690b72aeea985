import { WebhooksError } from '../core/errors.js';
import type { WebhookEvent } from '../events/event.js';
import type { WebhookMessage, WebhookOptIn, WebhookPhone } from '../events/message.js';

/** An event of a catalogue type lacks the data that a profile needs to render this type. */
export class EventDataError extends WebhooksError {
  override readonly name = 'EventDataError';

  constructor(
    readonly eventType: string,
    /** What is missing: `message`, `phone` or `optIn`. */
    readonly field: string,
  ) {
    super(`An event of type ${eventType} has no data.${field}: publish it with data: { ${field}: { … } }.`);
  }
}

/** Returns the message of an event of type `message.*` or `call.missed`. Throws {@link EventDataError}. */
export function messageOf(event: WebhookEvent): WebhookMessage {
  return part<WebhookMessage>(event, 'message');
}

/** Returns the phone of an event of type `phone.*`. Throws {@link EventDataError}. */
export function phoneOf(event: WebhookEvent): WebhookPhone {
  return part<WebhookPhone>(event, 'phone');
}

/** Returns the opt-in of an event of type `number.opted_in`. Throws {@link EventDataError}. */
export function optInOf(event: WebhookEvent): WebhookOptIn {
  return part<WebhookOptIn>(event, 'optIn');
}

/** Returns true if the expired message is not sent again, or if `isFinal` is not set. */
export function isFinalExpiry(message: WebhookMessage): boolean {
  return message.isFinal ?? true;
}

function part<Part>(event: WebhookEvent, field: string): Part {
  const found = (event.data as Record<string, unknown> | null | undefined)?.[field];
  if (typeof found !== 'object' || found === null) throw new EventDataError(event.type, field);
  return found as Part;
}
