import { HELD_LANE_WAIT_MS } from '../../lane-rules.js';
import type { RecordableOutcome } from '../../outcome-store.js';
import type { Session } from '../connection/session.js';
import { nowMs, opaque } from '../fragments/expressions.js';
import { attemptColumns, identityColumns } from './outcome-parameters.js';

/** Most outcomes are first successes, and need no more than this: each updates its own row alone. */
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
       from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::int[], $8::text[])
              as i(id, lease_id, lane_id, age, duration_ms, status, response)
      where d.id = any($2::bigint[])
        and d.id = i.id
        and ${opaque(`d.lease_id = i.lease_id and d.state = 'sending' and d.attempts = 0`)}
        -- Lanes that have something to update: they are not open or not healthy, or something in them is held back and may
        -- have waited for this outcome.
        and not i.lane_id = any(array(
          select id
            from ${lanes}
           where id = any($9::bigint[])
             and (state <> 'open'
                  or failing_since is not null
                  or failures > 0
                  or hold_until is not null
                  or (next_due_at > ${now} and next_due_at <= ${now} + ${HELD_LANE_WAIT_MS}))))
     returning d.id`,
    [session.clockOffset, ids, leaseIds, laneIds, ...attemptColumns(outcomes), [...new Set(laneIds)]],
  );
  return new Set(rows.map(({ id }) => id));
}
