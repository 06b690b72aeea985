import type { RecordableOutcome } from '../../outcome-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { firstSuccessColumns, IS_FIRST_ATTEMPT, laneNeedsUpdate } from './first-success.js';
import { attemptColumns, identityColumns } from './outcome-parameters.js';

/** Like `recordFirstSuccesses`, for small batches: the statement is not planned each time, and handles rows one by one. */
export async function recordFewSuccesses(
  session: Session,
  outcomes: readonly RecordableOutcome[],
): Promise<Set<string>> {
  const { deliveries, lanes } = session.tables;
  const now = `(select ${nowMs(1)})`;
  const rows = await session.frequent<{ id: string }>(
    `update ${deliveries} d
        set ${firstSuccessColumns(now)}
       from json_to_recordset($2::json)
              as i(id bigint, lease_id bigint, lane_id bigint, age int, duration_ms int, status int, response text)
      where d.id = i.id
        and ${IS_FIRST_ATTEMPT}
        and not exists (
          select 1
            from ${lanes} l
           where l.id = i.lane_id and ${laneNeedsUpdate(now)})
     returning d.id`,
    [session.clockOffset, JSON.stringify(rowsOf(outcomes))],
  );
  return new Set(rows.map(({ id }) => id));
}

function rowsOf(outcomes: readonly RecordableOutcome[]): object[] {
  const [ids, leaseIds] = identityColumns(outcomes) as [string[], string[]];
  const [ages, durations, statuses, responses] = attemptColumns(outcomes) as unknown[][];
  return outcomes.map(({ delivery }, i) => ({
    id: ids[i],
    lease_id: leaseIds[i],
    lane_id: delivery.destination.laneId,
    age: ages![i],
    duration_ms: durations![i],
    status: statuses![i],
    response: responses![i],
  }));
}
