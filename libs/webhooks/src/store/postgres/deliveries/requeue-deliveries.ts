import type { EntityManager } from 'typeorm';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import type { DeliveryState, LaneState, Reason } from '../../../core/states.js';
import { requireTenant } from '../../../core/tenant.js';
import { BREAKER_THRESHOLD } from '../../lane-rules.js';

/** Somebody wants to see whether an endpoint that fails is back: its next probe need not wait. */
const heldButForProbe = `case when failures >= ${BREAKER_THRESHOLD} then null else hold_until end`;

/** A delivery as a replay finds it, its lane and itself locked until the transaction ends. */
export interface LockedDelivery {
  id: string;
  laneId: string;
  laneState: LaneState;
  state: DeliveryState;
  reason: Reason | null;
}

/**
 * Locks a tenant's delivery, then its lane: the order in which outcomes are recorded.
 * `null`: no such delivery.
 */
export async function lockDelivery(
  database: Session,
  tx: EntityManager,
  tenantId: string,
  id: string,
): Promise<LockedDelivery | null> {
  const { deliveries, lanes } = database.tables;
  const [delivery] = await database.query<{
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
    tx,
  );
  if (!delivery) return null;
  const [lane] = await database.query<{ state: LaneState }>(
    `select state
       from ${lanes}
      where id = $1
        for no key update`,
    [delivery.lane_id],
    tx,
  );
  if (!lane) return null;
  const { lane_id: laneId, state, reason } = delivery;
  return { id: delivery.id, laneId, laneState: lane.state, state, reason };
}

/** The lane of a tenant's endpoint, and now, epoch milliseconds. `null`: there is none. */
export async function findLane(
  database: Session,
  tenantId: string,
  endpointUuid: string,
): Promise<{ id: string; state: LaneState; now: number } | null> {
  const [lane] = await database.query<{ id: string; state: LaneState; now: string }>(
    `select id, state, ${nowMs(1)} as now
       from ${database.tables.lanes}
      where tenant_id = $2
        and endpoint_id = $3`,
    [database.clockOffset, requireTenant(tenantId), endpointUuid],
  );
  return lane ? { ...lane, now: Number(lane.now) } : null;
}

/**
 * Makes finished, locked deliveries of one lane due now, their schedules anew, their attempts' numbers going on.
 * The last attempt stays in its columns until the next one is recorded.
 */
export async function requeueDeliveries(
  database: Session,
  tx: EntityManager,
  laneId: string,
  ids: readonly string[],
): Promise<void> {
  const { tables, clockOffset } = database;
  await database.query(
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
    tx,
  );
  await database.query(
    `update ${tables.lanes}
        set next_due_at = case
              when state = 'paused' then null
              else greatest(least(coalesce(next_due_at, ${nowMs(1)}), ${nowMs(1)}), ${heldButForProbe})
            end,
            hold_until = ${heldButForProbe}
      where id = $2`,
    [clockOffset, laneId],
    tx,
  );
}

/** The next probe of an endpoint that fails is made as soon as its lane has something to send. */
export async function probeSoon(database: Session, tx: EntityManager, endpointId: string): Promise<void> {
  await database.query(
    `update ${database.tables.lanes}
        set hold_until = null,
            next_due_at = case when next_due_at is not null then ${nowMs(1)} end
      where endpoint_id = $2 and state = 'open' and failures >= ${BREAKER_THRESHOLD}`,
    [database.clockOffset, endpointId],
    tx,
  );
}

/** Gives up a locked delivery that waits. */
export async function cancelDelivery(database: Session, tx: EntityManager, id: string): Promise<void> {
  await database.query(
    `update ${database.tables.deliveries}
        set state = 'discarded',
            reason = 'cancelled',
            next_at = null,
            finished_at = ${nowMs(1)},
            failed_at = ${nowMs(1)}
      where id = $2
        and state = 'pending'`,
    [database.clockOffset, id],
    tx,
  );
}

/** What {@link lockFailedDeliveries} looks for in one lane. */
export interface FailedSearch {
  laneId: string;
  states: readonly DeliveryState[];
  /** Ended from then on, epoch milliseconds. */
  since: number;
  /** Ended before then, epoch milliseconds. */
  until: number;
  limit: number;
}

const FAILED = (tables: Session['tables']): string => `from ${tables.deliveries} d
       join ${tables.events} e on e.sequence = d.event_sequence
      where d.lane_id = $1
        and d.failed_at >= $2
        and d.failed_at < $3
        and d.state = any($4::text[])
        and coalesce(d.reason, '') not in ('cancelled', 'ignored', 'render-failed')
        and not e.test`;

const parameters = ({ laneId, since, until, states, limit }: FailedSearch): unknown[] => [
  laneId,
  since,
  until,
  states,
  limit,
];

/**
 * Locks the deliveries of a lane that ended without success in a span of time, the earliest first, at most `limit`. Not
 * those that somebody cancelled, that the endpoint asked to ignore, that have no body to send, and tests.
 */
export async function lockFailedDeliveries(
  database: Session,
  tx: EntityManager,
  search: FailedSearch,
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `select d.id
       ${FAILED(database.tables)}
      order by d.failed_at, d.id
      limit $5
        for no key update of d skip locked`,
    parameters(search),
    tx,
  );
  return rows.map(({ id }) => id);
}

/** How many {@link lockFailedDeliveries} would find, counted up to `limit`. */
export async function countFailedDeliveries(database: Session, search: FailedSearch): Promise<number> {
  const [row] = await database.query<{ matched: string }>(
    `select count(*) as matched from (select 1 ${FAILED(database.tables)} limit $5) found`,
    parameters(search),
  );
  return Number(row!.matched);
}
