import type { LaneState } from '../../../core/states.js';
import { requireTenant } from '../../../core/tenant.js';
import type { FailedSearch, WaitingSearch } from '../../searches/delivery-search.js';
import type { Tables } from '../../schema/tables.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

export async function findLane(
  session: Session,
  tenantId: string,
  endpointId: string,
): Promise<{ id: string; state: LaneState; now: number } | null> {
  const [lane] = await session.query<{ id: string; state: LaneState; now: string }>(
    `select id, state, ${nowMs(1)} as now
       from ${session.tables.lanes}
      where tenant_id = $2
        and endpoint_id = $3`,
    [session.clockOffset, requireTenant(tenantId), endpointId],
  );
  return lane ? { ...lane, now: Number(lane.now) } : null;
}

/** Skips locked deliveries, because another process is retrying or deleting them. */
export async function lockFailedDeliveries(session: Session, search: FailedSearch): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    `select d.id
       ${fromFailed(session.tables)}
      order by d.failed_at, d.id
      limit $5
        for no key update of d skip locked`,
    parametersOf(search),
  );
  return rows.map(({ id }) => id);
}

export async function countFailedDeliveries(session: Session, search: FailedSearch): Promise<number> {
  const [row] = await session.query<{ matched: string }>(
    `select count(*) as matched
       from (select 1
               ${fromFailed(session.tables)}
              limit $5) found`,
    parametersOf(search),
  );
  return Number(row!.matched);
}

export async function lockWaitingDeliveries(
  session: Session,
  search: WaitingSearch,
): Promise<{ id: string; nextAt: number }[]> {
  const rows = await session.query<{ id: string; next_at: string }>(
    `select d.id, d.next_at
       ${fromWaiting(session.tables)}
      order by d.next_at, d.id
      limit $6
        for no key update of d skip locked`,
    waitingParametersOf(session, search),
  );
  return rows.map(({ id, next_at }) => ({ id, nextAt: Number(next_at) }));
}

export async function countWaitingDeliveries(session: Session, search: WaitingSearch): Promise<number> {
  const [row] = await session.query<{ matched: string }>(
    `select count(*) as matched
       from (select 1
               ${fromWaiting(session.tables)}
              limit $6) found`,
    waitingParametersOf(session, search),
  );
  return Number(row!.matched);
}

/** The conditions suit the index of due deliveries. */
function fromWaiting({ deliveries, events }: Tables): string {
  return `from ${deliveries} d
       join ${events} e on e.sequence = d.event_sequence
      where d.lane_id = $2
        and d.retry = true
        and d.next_at > ${nowMs(1)}
        and d.next_at >= $5
        and d.attempt_at >= $3
        and d.attempt_at < $4
        and d.state = 'pending'
        and not e.test`;
}

function waitingParametersOf(
  { clockOffset }: Session,
  { laneId, since, until, dueFrom, limit }: WaitingSearch,
): unknown[] {
  return [clockOffset, laneId, since, until, dueFrom, limit];
}

function fromFailed({ deliveries, events }: Tables): string {
  return `from ${deliveries} d
       join ${events} e on e.sequence = d.event_sequence
      where d.lane_id = $1
        and d.failed_at >= $2
        and d.failed_at < $3
        and d.state = any($4::text[])
        and coalesce(d.reason, '') not in ('cancelled', 'ignored', 'render-failed', 'profile-cannot-express')
        and d.erased_at is null
        and not e.test`;
}

function parametersOf({ laneId, since, until, states, limit }: FailedSearch): unknown[] {
  return [laneId, since, until, states, limit];
}
