import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { isHeldByEarlier, isPassedByLater } from '../fragments/subject-order.js';

/** Number of due deliveries that one statement examines. */
const WINDOW = 4_096;

/** The position of a delivery among the due deliveries. */
interface Place {
  next_at: string;
  id: string;
}

/**
 * Examines the lane in windows, so that no statement takes long. Ends at the first window with a delivery that subject
 * order does not hold back.
 */
export async function advanceUnheld(
  session: Session,
  laneId: string,
  depth: number,
  signal?: AbortSignal,
): Promise<number> {
  for (const retry of [false, true]) {
    let place = await placeAt(session, laneId, retry, depth);
    while (place !== undefined && !signal?.aborted) {
      const [row] = await advanceWindow(session, laneId, retry, place);
      if (row && row.advanced > 0) return row.advanced;
      place = row;
    }
  }
  return 0;
}

/** Position of the last delivery that a claim of this depth examines; `undefined`: the claim examines all. */
async function placeAt(
  session: Session,
  laneId: string,
  retry: boolean,
  depth: number,
): Promise<Place | undefined> {
  const [place] = await session.query<Place>(
    `select next_at, id from ${session.tables.deliveries}
      where lane_id = $2 and retry = $3 and next_at <= ${nowMs(1)}
      order by next_at, id
     offset $4
      limit 1`,
    [session.clockOffset, laneId, retry, depth - 1],
  );
  return place;
}

/** Examines the deliveries after `place`. Returns where to continue, or nothing at the end. */
function advanceWindow(
  session: Session,
  laneId: string,
  retry: boolean,
  place: Place,
): Promise<(Place & { advanced: number })[]> {
  const { deliveries, events, lanes } = session.tables;
  const names = {
    tenant: 'v.tenant_id',
    subject: 'v.subject',
    sequence: 'v.sequence',
    lane: 'i.lane_id',
    ordering: 'l.ordering',
  };
  return session.query(
    `with looked as materialized (
       select id, lane_id, event_sequence, next_at
         from ${deliveries}
        where lane_id = $2 and retry = $3 and next_at <= ${nowMs(1)}
          and next_at >= $4::bigint and (next_at, id) > ($4::bigint, $5::bigint)
        order by next_at, id
        limit ${WINDOW}
     ), unheld as materialized (
       select i.id
         from looked i
         join ${lanes} l on l.id = i.lane_id
         join ${events} v on v.sequence = i.event_sequence
        where not ${isHeldByEarlier(session, names)}
              ${retry ? `and not ${isPassedByLater(session, names)}` : ''}
     ), advanced as (
       update ${deliveries} d
          set next_at = (select next_at - 1 from ${deliveries}
                          where lane_id = $2 and retry = $3 and next_at is not null order by next_at limit 1)
         from unheld u
        where d.id = u.id and d.state = 'pending'
       returning d.id
     )
     select next_at, id, (select count(*)::int from advanced) as advanced
       from looked
      order by next_at desc, id desc
      limit 1`,
    [session.clockOffset, laneId, retry, place.next_at, place.id],
  );
}
