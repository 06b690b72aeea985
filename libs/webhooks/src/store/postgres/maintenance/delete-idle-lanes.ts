import type { Session } from '../connection/session.js';
import { endIfIdle, nowMs, useStablePlan } from '../fragments/expressions.js';

const BATCH = 500;
/** Lanes looked at in one go, whosever they are: with many, a tour of them all takes many rounds. */
const LOOKED_AT = 2_000;

/**
 * Deletes a batch of the lanes of callbacks that are idle and have no deliveries left: retention took the last of them,
 * so that nothing has been sent there for that long. Looks at ids after `from`; answers where to go on, `'0'`: from the start.
 *
 * No delivery is lost to it: the relay locks the lanes it found against being deleted until its deliveries are committed,
 * and makes a lane anew that went before. What a relay committed just before the lock here only a new look can see, so the
 * lanes are locked first and looked at again by the statement that deletes them.
 */
export async function deleteIdleLanes(database: Session, from: string): Promise<string> {
  const { deliveries, lanes } = database.tables;
  // The first delivery from this lane on: only the index by lane answers that. Asked for a delivery of the lane itself, a
  // planner that knows of a few busy lanes expects one behind every corner, and searches the whole table to find none.
  const unused = `l.endpoint_id is null and l.id is distinct from
    (select d.lane_id from ${deliveries} d where d.lane_id >= l.id order by d.lane_id, d.id limit 1)`;
  const idle = `${unused} and l.state = 'open' and l.next_due_at is null and l.in_flight = 0
    and (l.hold_until is null or l.hold_until <= ${nowMs(1)})`;
  const [look] = await database.query<{ ids: string[]; next: string }>(
    `with looked as materialized (
       select id from ${lanes} where id > $2::bigint order by id limit ${LOOKED_AT}
     ), idle as materialized (
       select l.id from ${lanes} l where l.id in (select id from looked) and ${idle} order by l.id limit ${BATCH}
     )
     select array(select id from idle) as ids,
            case when (select count(*) from idle) = ${BATCH} then (select max(id) from idle)
                 when (select count(*) from looked) = ${LOOKED_AT} then (select max(id) from looked)
                 else 0 end as next`,
    [database.clockOffset, from],
  );
  const { ids, next } = look!;
  if (ids.length > 0)
    await database.transaction(async (tx) => {
      await database.query(`select ${endIfIdle(1)}, ${useStablePlan()}`, [database.timeoutMs], tx);
      const locked = await database.query<{ id: string }>(
        `select l.id from ${lanes} l where l.id = any($2::bigint[]) and ${idle} order by l.id for update of l skip locked`,
        [database.clockOffset, ids],
        tx,
      );
      await database.query(
        `delete from ${lanes} l where l.id = any($1::bigint[]) and ${unused}`,
        [locked.map(({ id }) => id)],
        tx,
      );
    });
  return next;
}
