import { HELD_LANE_WAIT_MS } from '../../lane-rules.js';
import type { RecordableOutcome } from '../../outcome-store.js';
import type { Session } from '../connection/session.js';
import { nowMs, opaque } from '../fragments/expressions.js';
import { attemptColumns, identityColumns } from './outcome-parameters.js';

/** As `recordFirstSuccesses`, in the form that a handful of outcomes needs: row by row, planned once for each connection. */
export async function recordFewSuccesses(
  session: Session,
  outcomes: readonly RecordableOutcome[],
): Promise<Set<string>> {
  const { deliveries, lanes } = session.tables;
  const now = `(select ${nowMs(1)})`;
  const rows = await session.frequent<{ id: string }>(
    `update ${deliveries} d
        set state = 'delivered',
            reason = null,
            next_at = null,
            claims = 0,
            attempts = 1,
            attempt_at = ${now} - i.age,
            duration_ms = i.duration_ms,
            status = i.status,
            error = null,
            response = i.response,
            finished_at = ${now}
       from json_to_recordset($2::json)
              as i(id bigint, lease_id bigint, lane_id bigint, age int, duration_ms int, status int, response text)
      where d.id = i.id
        and ${opaque(`d.lease_id = i.lease_id and d.state = 'sending' and d.attempts = 0`)}
        -- The same lanes as in the form for many.
        and not exists (
          select 1
            from ${lanes} l
           where l.id = i.lane_id
             and (l.state <> 'open'
                  or l.failing_since is not null
                  or l.failures > 0
                  or l.hold_until is not null
                  or (l.next_due_at > ${now} and l.next_due_at <= ${now} + ${HELD_LANE_WAIT_MS})))
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
