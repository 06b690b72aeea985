import type { AlertCount, FailureCount, FailureSelection, HeldSelection } from '../../alert-store.js';
import type { Session } from '../connection/session.js';

/**
 * An `attempted` selection counts at most this many deliveries that wait for a retry, and at most this many that were
 * given up.
 */
const MAX_FAILURES_COUNTED = 500;
/** An `exhausted` selection counts at most this many deliveries. */
const MAX_EXHAUSTED_COUNTED = 10_000;
const DAY_MS = 24 * 3_600_000;

/** A count, with the index of its selection. */
type Placed<Count> = Count & { place: number };

/**
 * Uses two database indexes. The index of due deliveries has the deliveries that wait for a retry. The index of failures
 * has the deliveries that were given up. So the statement never reads successful deliveries, whatever the planner assumes
 * about lanes whose ids it does not know.
 */
export async function countFailureCauses(
  session: Session,
  selections: readonly FailureSelection[],
): Promise<FailureCount[][]> {
  const { deliveries } = session.tables;
  const attempted = 'not i.exhausted and lane_id = i.lane_id and error is not null and attempt_at >= i.since';
  const rows = await session.query<Placed<FailureCount>>(
    `select i.place::int - 1 as place, c.*
       from unnest($1::bigint[], $2::boolean[], $3::bigint[]) with ordinality as i(lane_id, exhausted, since, place)
      cross join lateral (
        select status, error, count(*)::int as count
          from ((select status, error from ${deliveries}
                  where i.exhausted and lane_id = i.lane_id and failed_at >= i.since and state = 'exhausted'
                  order by failed_at limit ${MAX_EXHAUSTED_COUNTED})
                union all
                (select status, error from ${deliveries}
                  where ${attempted} and failed_at >= i.since
                  order by failed_at desc limit ${MAX_FAILURES_COUNTED})
                union all
                (select status, error from ${deliveries}
                  where ${attempted} and retry and next_at is not null
                  order by next_at desc limit ${MAX_FAILURES_COUNTED})) failed
         group by status, error) c
      order by place, count desc, status, error`,
    [
      selections.map(({ laneId }) => laneId),
      selections.map(({ which }) => which === 'exhausted'),
      selections.map(({ since }) => since),
    ],
  );
  return byPlace(rows, selections.length);
}

export async function countHeldAlerts(
  session: Session,
  selections: readonly HeldSelection[],
): Promise<AlertCount[][]> {
  const rows = await session.query<Placed<AlertCount>>(
    `select i.place::int - 1 as place, a.kind, count(*)::int as count
       from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as i(tenant_id, recipient, day, place)
       join ${session.tables.alerts} a
         on a.tenant_id = i.tenant_id and a.recipient = i.recipient and a.held_at >= i.day and a.held_at < i.day + ${DAY_MS}
      group by i.place, a.kind
      order by i.place, count desc, a.kind`,
    [
      selections.map(({ tenantId }) => tenantId),
      selections.map(({ recipient }) => recipient),
      selections.map(({ day }) => day),
    ],
  );
  return byPlace(rows, selections.length);
}

function byPlace<Count>(rows: readonly Placed<Count>[], places: number): Count[][] {
  const counts = Array.from({ length: places }, (): Count[] => []);
  for (const { place, ...count } of rows) counts[place]!.push(count as Count);
  return counts;
}
