import type { DeliveryState, LaneState, Reason } from '../../../core/states.js';
import type { DeliveryRecord } from '../../delivery-store.js';
import { FAILING_AFTER } from '../../lane-rules.js';
import type { Session } from '../connection/session.js';
import { nowMs } from './expressions.js';
import { heldBySql } from './subject-order.js';

/**
 * SQL for the columns of {@link DeliveryRow}. Aliases: delivery `d`, event `e`, lane `l`, endpoint `w`. The clock's offset is
 * bound as the parameter with the number `parameter`. `held_by` is looked up only for a delivery that is due in an
 * open lane.
 */
export const deliveryColumns = (
  session: Session,
  parameter: number,
): string => `d.id, d.state, d.reason, d.wire_type, greatest(d.next_at, l.hold_until) as next_at,
       d.attempts, d.created_at, d.finished_at, d.attempt_at, d.duration_ms, d.status, d.error, d.response, d.event_sequence,
       l.endpoint_id, l.state as lane_state, l.hold_until, l.failures, coalesce(d.callback_url, w.url) as url,
       e.id as event_id, e.type, e.subject, e.occurred_at, e.test, d.erased_at, l.max_in_flight <= l.in_flight as is_full,
       ${nowMs(parameter)} as now, l.rate_clock / 1000 + 60000 / l.max_throughput_per_minute as rate_until,
       case when d.state = 'pending' and l.state = 'open' and greatest(d.next_at, l.hold_until) <= ${nowMs(parameter)}
            then ${heldBySql(session, ORDERED, 'd.retry')} end as held_by`;

const ORDERED = {
  tenant: 'l.tenant_id',
  subject: 'e.subject',
  sequence: 'd.event_sequence',
  lane: 'd.lane_id',
  ordering: 'l.ordering',
};

/** PostgreSQL's `bigint` arrives as text. */
export interface DeliveryRow {
  id: string;
  state: DeliveryState;
  reason: Reason | null;
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
  lane_state: LaneState;
  hold_until: string | null;
  failures: number;
  url: string | null;
  event_id: string;
  event_sequence: string;
  type: string;
  subject: string | null;
  occurred_at: string;
  test: boolean;
  erased_at: string | null;
  now: string;
  is_full: boolean | null;
  rate_until: string | null;
  held_by: string | null;
}

const toNumber = (value: string | null): number | null => (value === null ? null : Number(value));

export function toDeliveryRecord(row: DeliveryRow): DeliveryRecord {
  return {
    id: row.id,
    state: row.state,
    reason: row.reason,
    wireType: row.wire_type,
    nextAt: toNumber(row.next_at),
    attempts: row.attempts,
    createdAt: Number(row.created_at),
    finishedAt: toNumber(row.finished_at),
    attemptAt: toNumber(row.attempt_at),
    durationMs: row.duration_ms,
    status: row.status,
    error: row.error,
    response: row.response,
    endpointId: row.endpoint_id,
    url: row.url,
    laneState: row.lane_state,
    laneHoldUntil: toNumber(row.hold_until),
    isLaneFailing: row.failures >= FAILING_AFTER,
    now: Number(row.now),
    isLaneFull: row.is_full ?? false,
    laneRateUntil: toNumber(row.rate_until),
    heldBy: row.held_by,
    eventId: row.event_id,
    eventSequence: row.event_sequence,
    eventType: row.type,
    subject: row.subject,
    occurredAt: Number(row.occurred_at),
    test: row.test,
    erasedAt: toNumber(row.erased_at),
  };
}
