import type { Session } from '../connection/session.js';
import { HELD_LANE_WAIT_MS } from '../../lane-rules.js';
import type { Outcome } from '../../../engine/send/outcome.js';
import { nowMs, opaque } from '../fragments/expressions.js';

/** Nothing but the delivery itself may change by it. */
export function isFirstSuccess({ state, attempt, delivery }: Outcome): boolean {
  return state === 'delivered' && attempt?.number === 1 && !delivery.probe && !delivery.counted;
}

/**
 * Writes plain successes with one statement that touches their own rows alone, as most outcomes need no more. Fenced by
 * their leases. Left out are those of lanes about which something changes, or whose next turn is only moments away
 * because something waited for this. Answers the ids of those that are written.
 */
export async function recordFirstSuccesses(
  database: Session,
  outcomes: readonly Outcome[],
): Promise<Set<string>> {
  const { deliveries, lanes } = database.tables;
  const column = <T>(pick: (outcome: Outcome) => T): T[] => outcomes.map(pick);
  const time = performance.now();
  const instant = `(select ${nowMs(1)})`;
  const rows = await database.query<{ id: string }>(
    `update ${deliveries} d
          set state = 'delivered', reason = null, next_at = null, claims = 0, attempts = 1, attempt_at = ${instant} - i.age,
              duration_ms = i.duration_ms, status = i.status, error = null, response = i.response, finished_at = ${instant}
         from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::int[], $8::text[])
           as i(id, lease_id, lane_id, age, duration_ms, status, response)
        where d.id = any($2::bigint[]) and d.id = i.id
          and ${opaque(`d.lease_id = i.lease_id and d.state = 'sending' and d.attempts = 0`)}
          and not i.lane_id = any(array(
            select id from ${lanes}
             where id = any($9::bigint[])
               and (state <> 'open' or failing_since is not null or failures > 0 or hold_until is not null
                    or (next_due_at > ${instant} and next_due_at <= ${instant} + ${HELD_LANE_WAIT_MS}))))
       returning d.id`,
    [
      database.clockOffset,
      column(({ delivery }) => delivery.id),
      column(({ delivery }) => delivery.leaseId),
      column(({ delivery }) => delivery.destination.laneId),
      column(({ attempt }) => Math.round(time - attempt!.startedAt)),
      column(({ attempt }) => Math.round(attempt!.durationMs)),
      column(({ attempt }) => attempt!.status),
      column(({ attempt }) => attempt!.response),
      [...new Set(column(({ delivery }) => delivery.destination.laneId))],
    ],
  );
  return new Set(rows.map(({ id }) => id));
}
