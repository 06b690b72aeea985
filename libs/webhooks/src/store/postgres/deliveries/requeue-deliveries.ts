import type { DeliveryState, LaneState, Reason } from '../../../core/states.js';
import { requireTenant } from '../../../core/tenant.js';
import type { LockedDelivery } from '../../delivery-store.js';
import { BREAKER_THRESHOLD } from '../../lane-rules.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** Two statements: a join would lock the lane before the delivery, while recording locks the delivery first. */
export async function lockDelivery(
  session: Session,
  tenantId: string,
  id: string,
): Promise<LockedDelivery | null> {
  const { deliveries, lanes } = session.tables;
  const [delivery] = await session.query<{
    id: string;
    lane_id: string;
    state: DeliveryState;
    reason: Reason | null;
  }>(
    `select d.id, d.lane_id, d.state, d.reason
       from ${deliveries} d
       join ${lanes} l on l.id = d.lane_id
      where d.id = $1
        and l.tenant_id = $2
        for no key update of d`,
    [id, requireTenant(tenantId)],
  );
  if (!delivery) return null;
  const { lane_id: laneId, state, reason } = delivery;
  const [lane] = await session.query<{ state: LaneState }>(
    `select state
       from ${lanes}
      where id = $1
        for no key update`,
    [laneId],
  );
  return lane ? { id: delivery.id, laneId, laneState: lane.state, state, reason } : null;
}

/** The last attempt stays in the delivery's own columns until the next one is recorded. */
export async function requeueDeliveries(
  session: Session,
  laneId: string,
  ids: readonly string[],
): Promise<void> {
  const { tables, clockOffset } = session;
  await session.query(
    `update ${tables.deliveries}
        set state = 'pending',
            next_at = ${nowMs(1)},
            retry = attempts > 0,
            lease_id = null,
            claims = 0,
            attempts_before = attempts,
            finished_at = null,
            failed_at = null,
            reason = null
      where id = any($2::bigint[])
        and lane_id = $3
        and state in ('delivered', 'exhausted', 'discarded')`,
    [clockOffset, ids, laneId],
  );
  // A manual retry skips the breaker's pause, so that people see at once whether the endpoint works again. A pause that the
  // receiver asked for stays.
  const hold = `case when failures >= ${BREAKER_THRESHOLD} then null else hold_until end`;
  await session.query(
    `update ${tables.lanes}
        set next_due_at = case
              when state = 'paused' then null
              else greatest(least(coalesce(next_due_at, ${nowMs(1)}), ${nowMs(1)}), ${hold})
            end,
            hold_until = ${hold}
      where id = $2`,
    [clockOffset, laneId],
  );
}

export async function probeSoon(session: Session, endpointId: string): Promise<void> {
  await session.query(
    `update ${session.tables.lanes}
        set hold_until = null,
            next_due_at = case when next_due_at is not null then ${nowMs(1)} end
      where endpoint_id = $2
        and state = 'open'
        and failures >= ${BREAKER_THRESHOLD}`,
    [session.clockOffset, endpointId],
  );
}

export async function cancelDelivery(session: Session, id: string): Promise<void> {
  await session.query(
    `update ${session.tables.deliveries}
        set state = 'discarded',
            reason = 'cancelled',
            next_at = null,
            finished_at = ${nowMs(1)},
            failed_at = ${nowMs(1)}
      where id = $2
        and state = 'pending'`,
    [session.clockOffset, id],
  );
}
