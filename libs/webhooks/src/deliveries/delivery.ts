import { encodeDeliveryId, encodeId } from '../core/ids.js';
import type { DeliveryState, Reason } from '../core/states.js';

/** One HTTP request of a delivery. Instants are RFC 3339 in UTC. */
export interface WebhookAttempt {
  /** From 1, over all rounds. */
  number: number;
  startedAt: string;
  durationMs: number | null;
  /** HTTP status; `null`: no answer. */
  status: number | null;
  /** Class of the failure; `null`: a success. */
  error: string | null;
  /** What was kept of the answer's body, as text; `null`: nothing. */
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
  /** Where it goes: the callback's URL, or the endpoint's at present. */
  url: string | null;
  /** Name of the event in the profile's vocabulary. */
  wireType: string;
  state: DeliveryState;
  /** Why it ended without success; while it is pending: what has to be repaired before it can be sent. */
  reason: Reason | null;
  /** When it may be sent: it is due, and its endpoint's pause is over. `null`: being sent, or finished. */
  nextAttemptAt: string | null;
  attemptCount: number;
  lastAttempt: WebhookAttempt | null;
  createdAt: string;
  finishedAt: string | null;
}

/** A delivery with its body and all its attempts. */
export interface WebhookDeliveryDetail extends WebhookDelivery {
  /** The exact bytes, as text. */
  body: string;
  /** Oldest first. */
  attempts: WebhookAttempt[];
}

/** What a statement reads of a delivery, its event and its lane. PostgreSQL's `bigint` arrives as text. */
export interface DeliveryRow {
  id: string;
  state: DeliveryState;
  reason: string | null;
  wire_type: string;
  next_at: string | null;
  attempts: number;
  created_at: string;
  finished_at: string | null;
  attempt_at: string | null;
  duration_ms: number | null;
  status: number | null;
  error: string | null;
  response: string | null;
  endpoint_id: string | null;
  url: string | null;
  event_id: string;
  event_sequence: string;
  type: string;
  subject: string | null;
  occurred_at: string;
  test: boolean;
}

/** The columns of {@link DeliveryRow}: deliveries are `d`, events `e`, lanes `l`, endpoints `w`. */
export const DELIVERY_COLUMNS = `d.id, d.state, d.reason, d.wire_type, greatest(d.next_at, l.hold_until) as next_at,
       d.attempts, d.created_at, d.finished_at, d.attempt_at, d.duration_ms, d.status, d.error, d.response, d.event_sequence,
       l.endpoint_id, coalesce(d.callback_url, w.url) as url,
       e.id as event_id, e.type, e.subject, e.occurred_at, e.test`;

/** An attempt as the tables hold it. */
export interface AttemptRow {
  number: number;
  started_at: string;
  duration_ms: number | null;
  status: number | null;
  error: string | null;
  response: string | null;
}

const instant = (value: string | null) => (value === null ? null : new Date(Number(value)).toISOString());

export function toAttempt(row: AttemptRow): WebhookAttempt {
  const { number, started_at, duration_ms, status, error, response } = row;
  return { number, startedAt: instant(started_at)!, durationMs: duration_ms, status, error, response };
}

/** The last attempt, which is in the delivery's own columns. */
export function lastAttempt(row: DeliveryRow): WebhookAttempt | null {
  if (row.attempts === 0 || row.attempt_at === null) return null;
  return toAttempt({ ...row, number: row.attempts, started_at: row.attempt_at });
}

export function toDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    id: encodeDeliveryId(row.id),
    event: {
      id: encodeId('evt', row.event_id),
      type: row.type,
      subject: row.subject,
      occurredAt: instant(row.occurred_at)!,
      test: row.test,
    },
    endpointId: row.endpoint_id === null ? null : encodeId('wh', row.endpoint_id),
    url: row.url,
    wireType: row.wire_type,
    state: row.state,
    reason: row.reason as Reason | null,
    nextAttemptAt: row.state === 'pending' ? instant(row.next_at) : null,
    attemptCount: row.attempts,
    lastAttempt: lastAttempt(row),
    createdAt: instant(row.created_at)!,
    finishedAt: instant(row.finished_at),
  };
}
