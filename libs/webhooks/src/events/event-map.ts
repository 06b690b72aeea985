import type { WebhookMessage, WebhookOptIn, WebhookPhone } from './message.js';

/** The catalogue: each event type that the module knows, with the type of its `data`. */
export interface CatalogueEventMap {
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

/**
 * The event types that `publish` accepts, with the type of their `data`: the catalogue, and what the host adds by declaration
 * merging:
 *
 * ```ts
 * declare module 'nestjs-sms-webhooks' {
 *   interface WebhookEventMap {
 *     'invoice.paid': { invoice: Invoice };
 *   }
 * }
 * ```
 */
export interface WebhookEventMap extends CatalogueEventMap {}

/** An event type of the catalogue. */
export type CatalogueEventType = keyof CatalogueEventMap;

/** An event type of the catalogue, or one that the host added to {@link WebhookEventMap}. */
export type WebhookEventType = keyof WebhookEventMap & string;
