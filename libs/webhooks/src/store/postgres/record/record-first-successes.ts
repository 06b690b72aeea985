import type { RecordableOutcome } from '../../outcome-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { firstSuccessColumns, IS_FIRST_ATTEMPT, laneNeedsUpdate } from './first-success.js';
import { attemptColumns, identityColumns } from './outcome-parameters.js';

/** Most outcomes are first successes, each of which updates only the row of its delivery. */
export async function recordFirstSuccesses(
  session: Session,
  outcomes: readonly RecordableOutcome[],
): Promise<Set<string>> {
  const { deliveries, lanes } = session.tables;
  const now = `(select ${nowMs(1)})`;
  const [ids, leaseIds] = identityColumns(outcomes);
  const laneIds = outcomes.map(({ delivery }) => delivery.destination.laneId);
  const rows = await session.query<{ id: string }>(
    `update ${deliveries} d
        set ${firstSuccessColumns(now)}
       from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::int[], $8::text[])
              as i(id, lease_id, lane_id, age, duration_ms, status, response)
      where d.id = any($2::bigint[])
        and d.id = i.id
        and ${IS_FIRST_ATTEMPT}
        and not i.lane_id = any(array(
          select l.id
            from ${lanes} l
           where l.id = any($9::bigint[]) and ${laneNeedsUpdate(now)}))
     returning d.id`,
    [session.clockOffset, ids, leaseIds, laneIds, ...attemptColumns(outcomes), [...new Set(laneIds)]],
  );
  return new Set(rows.map(({ id }) => id));
}
