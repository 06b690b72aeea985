import { encodeDeliveryId, encodeId } from '../core/ids.js';
import { formatInstant } from '../core/instants.js';
import type { DeliveryState, Reason } from '../core/states.js';
import type { AttemptRecord, DeliveryRecord } from '../store/delivery-store.js';
import { type WaitReason, waitOf } from './wait.js';

/** One HTTP request of a delivery. Instants are RFC 3339 in UTC. */
export interface WebhookAttempt {
  /** From 1. The numbers continue if a finished delivery is sent again. */
  number: number;
  startedAt: string;
  durationMs: number | null;
  /** HTTP status; `null`: no response. */
  status: number | null;
  /** Class of the failure; `null`: a success. */
  error: string | null;
  /** The beginning of the response's body, as text; `null`: nothing was kept. */
  response: string | null;
}

/** One event for one endpoint or callback. */
export interface WebhookDelivery {
  /** `dlv_…` */
  id: string;
  event: {
    /** `evt_…`, the `webhook-id` on the wire. */
    id: string;
    type: string;
    subject: string | null;
    occurredAt: string;
    /** Sent by the test route. */
    test: boolean;
  };
  /** `wh_…`; `null`: a callback. */
  endpointId: string | null;
  /** The callback's URL, or the endpoint's current one. */
  url: string | null;
  /** Name of the event in the profile's vocabulary. */
  wireType: string;
  state: DeliveryState;
  /** Why it ended without success; while it is pending, what must be repaired before it can be sent. */
  reason: Reason | null;
  /** When it is due, after any pause that the receiver asked for; `null`: it is being sent, or is finished. */
  nextAttemptAt: string | null;
  /** Why it is not sent right now; `null`: it is being sent, or is finished. */
  waits: WaitReason | null;
  /** When the reason in `waits` ends; `null`: at no fixed time. */
  waitsUntil: string | null;
  /** `dlv_…`: it waits for this delivery of the same subject. */
  waitsFor: string | null;
  attemptCount: number;
  lastAttempt: WebhookAttempt | null;
  createdAt: string;
  finishedAt: string | null;
  /** When its body, its responses and the data of its event were erased; `null`: they were not. */
  erasedAt: string | null;
}

/** An attempt without its response headers, which lists do not show. */
type ListedAttempt = Omit<AttemptRecord, 'responseHeaders'>;

export function toAttempt(attempt: ListedAttempt): WebhookAttempt {
  const { number, startedAt, durationMs, status, error, response } = attempt;
  return { number, startedAt: formatInstant(startedAt), durationMs, status, error, response };
}

/** The last attempt, which the delivery's row holds; `null`: there was none. */
export function lastAttemptOf<Delivery extends DeliveryRecord>(
  delivery: Delivery,
): (Delivery & ListedAttempt) | null {
  const { attempts, attemptAt } = delivery;
  if (attempts === 0 || attemptAt === null) return null;
  return { ...delivery, number: attempts, startedAt: attemptAt };
}

export function toDelivery(delivery: DeliveryRecord): WebhookDelivery {
  const { eventId, eventType, subject, occurredAt, test, endpointId } = delivery;
  const lastAttempt = lastAttemptOf(delivery);
  return {
    id: encodeDeliveryId(delivery.id),
    event: {
      id: encodeId('evt', eventId),
      type: eventType,
      subject,
      occurredAt: formatInstant(occurredAt),
      test,
    },
    endpointId: endpointId === null ? null : encodeId('wh', endpointId),
    url: delivery.url,
    wireType: delivery.wireType,
    state: delivery.state,
    reason: delivery.reason,
    nextAttemptAt: delivery.state === 'pending' ? formatInstant(delivery.nextAt) : null,
    ...waitOf(delivery),
    attemptCount: delivery.attempts,
    lastAttempt: lastAttempt && toAttempt(lastAttempt),
    createdAt: formatInstant(delivery.createdAt),
    finishedAt: formatInstant(delivery.finishedAt),
    erasedAt: formatInstant(delivery.erasedAt),
  };
}
