import { encodeId } from '../core/ids.js';
import { formatInstant } from '../core/instants.js';
import type { WebhookDelivery } from '../deliveries/delivery.js';
import type { EventRecord } from '../store/jobs/event-log-store.js';

/** A published event, without its data. Instants are RFC 3339 in UTC. */
export interface LoggedEvent {
  /** `evt_…`, the `webhook-id` on the wire. */
  id: string;
  /** Larger is later. */
  sequence: string;
  type: string;
  subject: string | null;
  /** Path of the request that caused it. */
  source: string | null;
  /** The event's own callback. */
  callbackUrl: string | null;
  /** Sent by the test route. */
  test: boolean;
  occurredAt: string;
  /** When it was published. */
  createdAt: string;
  /** The relay has processed it: all its deliveries exist. */
  relayed: boolean;
  /** When its data was erased; `null`: it was not. */
  erasedAt: string | null;
}

/** A published event with its data and deliveries. */
export interface LoggedEventDetail extends LoggedEvent {
  /** As it was published; `null` if it was erased, or the row was damaged. */
  data: unknown;
  /** Oldest first, at most 100. */
  deliveries: WebhookDelivery[];
  /** The event has more deliveries than `deliveries` contains: filter the delivery log by its subject to find them. */
  hasMoreDeliveries: boolean;
}

export function toLoggedEvent(event: EventRecord): LoggedEvent {
  return {
    id: encodeId('evt', event.id),
    sequence: event.sequence,
    type: event.type,
    subject: event.subject,
    source: event.source,
    callbackUrl: event.callbackUrl,
    test: event.test,
    occurredAt: formatInstant(event.occurredAt),
    createdAt: formatInstant(event.createdAt),
    relayed: event.isRelayed,
    erasedAt: formatInstant(event.erasedAt),
  };
}
