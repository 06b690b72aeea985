import type { WebhookEventMap, WebhookEventType } from './event-map.js';

/**
 * Returns true for a valid event type: lower-case letters, digits, `_` and `-`, in parts separated by dots; at most 128
 * characters.
 */
export function isEventType(name: string): boolean {
  return name.length <= 128 && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name);
}

/** The fields of an event that do not depend on its type. */
export interface WebhookEventFields {
  /** The host's account whose webhooks receive the event: 1 to 255 characters. */
  tenantId: string;
  /** What the event is about, usually the message id. Deliveries are searched and ordered by it; at most 255 characters. */
  subject?: string;
  /** When it happened. Default: now, by the database's clock. */
  occurredAt?: Date;
  /** Path of the request that caused it, such as `/v1/messages/receive` (CloudEvents `source`); at most 255 characters. */
  source?: string;
  /**
   * URL that receives this event, in place of the tenant's endpoints or as well (`delivery.callbackMode`). An invalid one
   * results in a discarded delivery.
   */
  callbackUrl?: string;
  /** A later event with the same key and tenant is not published while the first is retained. At most 255 characters. */
  idempotencyKey?: string;
}

/** What `publish` accepts for one event type. */
export interface EventInputOf<Type extends WebhookEventType> extends WebhookEventFields {
  /**
   * Lower-case letters, digits, `_` and `-`, in parts separated by dots, such as `message.delivered`; at most 128
   * characters.
   */
  type: Type;
  /** JSON-safe; at most 256 KB as JSON, unless `limits.payloadBytes` says otherwise. */
  data: WebhookEventMap[Type];
}

/** What `publish` accepts: an event of any known type. */
export type WebhookEventInput = { [Type in WebhookEventType]: EventInputOf<Type> }[WebhookEventType];

/** What `publish` returns for each event, in the same order. */
export interface PublishedEvent {
  /** `evt_…`, also the `webhook-id` on the wire. For a duplicate, the id of the first event. */
  id: string;
  /** The idempotency key was already used: nothing was written. */
  duplicate: boolean;
}

/** A committed event, as profiles receive it. Immutable. */
export interface WebhookEvent {
  /**
   * Sequence number of the event. Later events have larger numbers; gaps are normal. A decimal string, because it may
   * exceed 2^53.
   */
  sequence: string;
  /** Plain UUIDv7, which is also the CloudEvents id. The public id `evt_…` is derived from it. */
  uuid: string;
  type: string;
  tenantId: string;
  /** Epoch milliseconds. */
  occurredAt: number;
  /** Epoch milliseconds, by the database's clock. */
  createdAt: number;
  subject: string | null;
  source: string | null;
  callbackUrl: string | null;
  /** Sent to one endpoint only, by the test route. */
  test: boolean;
  data: unknown;
}
