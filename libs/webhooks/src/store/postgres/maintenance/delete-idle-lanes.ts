import type { Session } from '../connection/session.js';
import { endIfIdle, nowMs, useStablePlan } from '../fragments/expressions.js';

const MAX_LANES_DELETED = 500;
/**
 * Maximum number of lanes, of all kinds, that one call reads. With many lanes, one pass over all of them takes many
 * calls.
 */
const MAX_LANES_SCANNED = 2_000;

/**
 * Deletes a batch of callback lanes that are idle and have no deliveries. Maintenance deletes a delivery only after the
 * retention time, so nothing was sent from these lanes within that time. Reads ids after `after`. Returns where to
 * continue; `'0'`: at the start.
 *
 * No delivery is lost. The relay locks its lanes until its deliveries are committed, so that these lanes cannot be
 * deleted. It creates a missing lane again. If a relay commits just before this function locks a lane, only a later
 * statement sees the relay's deliveries. So the lanes are locked first, and checked again by the statement that deletes
 * them.
 */
export async function deleteIdleLanes(session: Session, after: string): Promise<string> {
  const { deliveries, lanes } = session.tables;
  // Finds the first delivery of this lane or of a later one. This forces the planner to use the index by lane. If the query
  // asked for any delivery of this lane, the planner might expect too many matches and scan the whole table. That happens
  // when a few lanes have most deliveries.
  const unused = `l.endpoint_id is null and l.id is distinct from
    (select d.lane_id from ${deliveries} d where d.lane_id >= l.id order by d.lane_id, d.id limit 1)`;
  const idle = `${unused} and l.state = 'open' and l.next_due_at is null and l.in_flight = 0
    and (l.hold_until is null or l.hold_until <= ${nowMs(1)})`;
  const [scan] = await session.queryUnlogged<{ ids: string[]; next: string }>(
    `with scanned as materialized (
       select id from ${lanes} where id > $2::bigint order by id limit ${MAX_LANES_SCANNED}
     ), idle as materialized (
       select l.id from ${lanes} l where l.id in (select id from scanned) and ${idle} order by l.id limit ${MAX_LANES_DELETED}
     )
     select to_json(array(select id::text from idle)) as ids,
            case when (select count(*) from idle) = ${MAX_LANES_DELETED} then (select max(id) from idle)
                 when (select count(*) from scanned) = ${MAX_LANES_SCANNED} then (select max(id) from scanned)
                 else 0 end as next`,
    [session.clockOffset, after],
  );
  const { ids, next } = scan!;
  if (ids.length > 0)
    await session.transaction(async (tx) => {
      await tx.query(`select ${endIfIdle(1)}, ${useStablePlan()}`, [tx.timeoutMs]);
      const locked = await tx.query<{ id: string }>(
        `select l.id from ${lanes} l where l.id = any($2::bigint[]) and ${idle} order by l.id for update of l skip locked`,
        [tx.clockOffset, ids],
      );
      await tx.query(`delete from ${lanes} l where l.id = any($1::bigint[]) and ${unused}`, [
        locked.map(({ id }) => id),
      ]);
    });
  return next;
}
