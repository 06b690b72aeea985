import type { WebhookMessage, WebhookOptIn, WebhookPhone } from './message.js';

/** The catalogue: each type of event the module knows, and what its `data` holds (`contracts`, common model). */
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

/** A type of the catalogue. */
export type WebhookEventType = keyof WebhookEventMap;

/** Could this be the type of an event: lower-case words joined by full stops, at most 128 characters? */
export function isEventType(name: string): boolean {
  return name.length <= 128 && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name);
}

/** `app.get(WebhooksService)` infers no map, so `unknown`: the catalogue. */
type Known<Map> = unknown extends Map ? WebhookEventMap : Map;

/**
 * What a host hands to `publish`. `Map` names the types and their data: the catalogue, or the catalogue with the
 * host's own types (`WebhookEventMap & { 'invoice.paid': { invoice: Invoice } }`).
 */
export type WebhookEventInput<Map = WebhookEventMap> = {
  [Type in keyof Known<Map> & string]: WebhookEventFields & {
    /** Full-stop hierarchy of lower-case words, such as `message.delivered`; at most 128 characters. */
    type: Type;
    /** JSON-safe; at most 256 KB as JSON. */
    data: Known<Map>[Type];
  };
}[keyof Known<Map> & string];

/** The part of an event that does not depend on its type. */
export interface WebhookEventFields {
  /** The account of the host whose webhooks these are; not empty, at most 255 characters. */
  tenantId: string;
  /** What the event is about, usually the message id: the search key and the ordering key; at most 255 characters. */
  subject?: string;
  /** When it happened. Default: now, on the database's clock. */
  occurredAt?: Date;
  /** Path of the request that caused it, such as `/v1/messages/receive` (CloudEvents `source`); at most 255 characters. */
  source?: string;
  /** URL given with the message: a target for this event alone. A bad one becomes a discarded delivery. */
  callbackUrl?: string;
  /** The same key of the same tenant publishes one event, within retention; at most 255 characters. */
  idempotencyKey?: string;
}

/** What `publish` answers for each event, in the order given. */
export interface PublishedEvent {
  /** `evt_…`, also the `webhook-id` on the wire. Of a duplicate: the id of the first. */
  id: string;
  /** The idempotency key was known: nothing was written. */
  duplicate: boolean;
}

/** A committed event as profiles see it. Immutable. */
export interface WebhookEvent {
  /** The growing number: larger is later, gaps are normal. A decimal string, since it may pass 2^53. */
  sequence: string;
  /** Bare UUIDv7 (the CloudEvents id); `encodeId('evt', uuid)` is the public id. */
  uuid: string;
  type: string;
  tenantId: string;
  /** Epoch milliseconds. */
  occurredAt: number;
  /** Epoch milliseconds, on the database's clock. */
  createdAt: number;
  subject: string | null;
  source: string | null;
  callbackUrl: string | null;
  /** Sent by the test route to one endpoint alone. */
  test: boolean;
  data: unknown;
}
