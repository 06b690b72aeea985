import type { DeliveryState, LaneState, Reason } from '../../../core/states.js';
import { requireTenant } from '../../../core/tenant.js';
import type { LockedDelivery } from '../../delivery-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** Two statements: a join would lock the lane before the delivery, but the recorder locks the delivery first. */
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
    is_erased: boolean;
  }>(
    `select d.id, d.lane_id, d.state, d.reason, d.erased_at is not null as is_erased
       from ${deliveries} d
       join ${lanes} l on l.id = d.lane_id
      where d.id = $1
        and l.tenant_id = $2
        for no key update of d`,
    [id, requireTenant(tenantId)],
  );
  if (!delivery) return null;
  const { lane_id: laneId, state, reason, is_erased: isErased } = delivery;
  const [lane] = await session.query<{ state: LaneState }>(
    `select state
       from ${lanes}
      where id = $1
        for no key update`,
    [laneId],
  );
  return lane ? { id: delivery.id, laneId, laneState: lane.state, state, reason, isErased } : null;
}

/**
 * The last attempt stays in the delivery's own columns until the next attempt is recorded. A waiting delivery becomes due,
 * and its retry schedule continues.
 */
export async function requeueDeliveries(
  session: Session,
  laneId: string,
  ids: readonly string[],
): Promise<void> {
  const { tables, clockOffset } = session;
  await session.query(
    `update ${tables.deliveries}
        set state = 'pending',
            next_at = least(next_at, ${nowMs(1)}),
            retry = attempts > 0,
            lease_id = null,
            claims = ${ifWaiting('claims', '0')},
            attempts_before = ${ifWaiting('attempts_before', 'attempts')},
            finished_at = null,
            failed_at = null,
            reason = ${ifWaiting('reason', 'null')}
      where id = any($2::bigint[])
        and lane_id = $3
        and erased_at is null
        and state <> 'sending'`,
    [clockOffset, ids, laneId],
  );
  await session.query(
    `update ${tables.lanes}
        set next_due_at = case
              when state = 'paused' then null
              else greatest(least(next_due_at, ${nowMs(1)}), hold_until, claimed_until)
            end
      where id = $2`,
    [clockOffset, laneId],
  );
}

const ifWaiting = (value: string, otherwise: string): string =>
  `case when state = 'pending' then ${value} else ${otherwise} end`;

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
