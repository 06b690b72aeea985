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
  /** What the event is about, usually the message id: at most 255 characters. Deliveries are ordered by subject. */
  subject?: string;
  /** When the event happened. Default: now, by the database's clock. */
  occurredAt?: Date;
  /** Path of the request that caused the event, such as `/v1/messages` (CloudEvents `source`); at most 255 characters. */
  source?: string;
  /**
   * URL that receives this event. `delivery.callbackMode` says whether the tenant's endpoints receive the event too. An
   * invalid URL results in a discarded delivery.
   */
  callbackUrl?: string;
  /** At most 255 characters. While an event is retained, no other event with the same key and tenant is published. */
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
  /** The event is a test: the test route sends it to a single endpoint. */
  test: boolean;
  data: unknown;
}
