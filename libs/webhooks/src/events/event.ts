import type { WebhookMessage, WebhookOptIn, WebhookPhone } from './message.js';

/** The catalogue: each event type that the module knows, with the type of its `data`. */
export interface WebhookEventMap {
  'message.queued': { message: WebhookMessage };
  'message.sending': { message: WebhookMessage };
  'message.sent': { message: WebhookMessage };
  'message.delivered': { message: WebhookMessage };
  'message.failed': { message: WebhookMessage };
  'message.expired': { message: WebhookMessage };
  'message.unconfirmed': { message: WebhookMessage };
  'message.received': { message: WebhookMessage };
  'call.missed': { message: WebhookMessage };
  'phone.offline': { phone: WebhookPhone };
  'phone.online': { phone: WebhookPhone };
  'number.opted_in': { optIn: WebhookOptIn };
  'webhook.test': { message: string };
}

/** An event type of the catalogue. */
export type WebhookEventType = keyof WebhookEventMap;

/** Returns true for a valid event type: lower-case words joined by full stops, at most 128 characters. */
export function isEventType(name: string): boolean {
  return name.length <= 128 && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name);
}

/** `app.get(WebhooksService)` infers `unknown` as the map. It then means the catalogue. */
type Known<Map> = unknown extends Map ? WebhookEventMap : Map;

/**
 * What a host passes to `publish`. `Map` maps event types to their data: the catalogue, or the catalogue with the host's
 * own types (`WebhookEventMap & { 'invoice.paid': { invoice: Invoice } }`).
 */
export type WebhookEventInput<Map = WebhookEventMap> = {
  [Type in keyof Known<Map> & string]: WebhookEventFields & {
    /** Lower-case words joined by full stops, such as `message.delivered`; at most 128 characters. */
    type: Type;
    /** JSON-safe; at most 256 KB as JSON, unless `limits.payloadBytes` says otherwise. */
    data: Known<Map>[Type];
  };
}[keyof Known<Map> & string];

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
  /** URL that receives this event only. An invalid one results in a discarded delivery. */
  callbackUrl?: string;
  /** A second event with the same key and tenant is not published, within retention; at most 255 characters. */
  idempotencyKey?: string;
}

/** What `publish` returns for each event, in the same order. */
export interface PublishedEvent {
  /** `evt_…`, also the `webhook-id` on the wire. For a duplicate, the id of the first event. */
  id: string;
  /** The idempotency key was already used: nothing was written. */
  duplicate: boolean;
}

/** A committed event, as profiles receive it. Immutable. */
export interface WebhookEvent {
  /** Growing number: larger is later, gaps are normal. A decimal string, because it may exceed 2^53. */
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
