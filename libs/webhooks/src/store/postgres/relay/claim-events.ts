import { LARGE_BODY_BYTES, largeBytesOf } from '../../lane-rules.js';
import type { ClaimedEvent, ClaimedEvents } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { endIfIdle, nowMs, useStablePlan } from '../fragments/expressions.js';
import { EVENT_COLUMNS, type EventRow, toClaimedEvent } from './event-row.js';

/** Maximum size of the data in one batch (bytes). The oldest event is claimed whatever its size. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
/**
 * If more events wait than fit into a batch, one place in five goes to the newest events. So new events do not wait
 * behind a burst.
 */
const NEWEST_SHARE = 5;
/** Maximum number of earlier events of a subject to check, the same as `MAX_EVENTS_COMPARED` of `subject-order`. */
const MAX_EARLIER_EVENTS = 64;

interface UnrelayedRow extends EventRow {
  /** `null`: there is no room for the data in this batch. */
  data: string | null;
  follows: boolean;
  waits: boolean;
  now: string;
}

/**
 * Locks the oldest unrelayed events and some of the newest. Leaves out events whose subject has an earlier unrelayed event
 * that is not in this batch. Small events get room in the batch first, so that they do not wait behind large ones.
 */
export async function claimEvents(session: Session, limit: number): Promise<ClaimedEvents> {
  const { events, unrelayed } = session.tables;
  const newest = Math.floor(limit / NEWEST_SHARE);
  const rows = await session.query<UnrelayedRow>(
    `with settings as materialized (
       select ${endIfIdle(4)}, ${useStablePlan()}
     ), oldest as materialized (
       select sequence
         from ${unrelayed}
        order by sequence
        limit $2
          for update skip locked
     ), newest as materialized (
       -- Empty if "oldest" holds all events that wait.
       select sequence
         from ${unrelayed}
        where sequence > (select max(sequence) from oldest) and (select count(*) from oldest) = $2
        order by sequence desc
        limit $5
          for update skip locked
     ), locked as materialized (
       select sequence from oldest union all select sequence from newest
     ), sized as (
       -- "limit 1" makes the join a look-up by sequence for each row, whatever size the planner assumes for the table.
       select e.*, sum(octet_length(e.data)) over (order by octet_length(e.data) > ${LARGE_BODY_BYTES}, e.sequence) as total
         from locked l
        cross join lateral (select * from ${events} e where e.sequence = l.sequence limit 1) e
     )
     select ${EVENT_COLUMNS}, f.follows, f.waits, (select ${nowMs(1)}) as now,
            case when e.total <= $3 or e.sequence = (select min(sequence) from locked) then e.data end as data
       from sized e
      cross join settings
      cross join lateral (
              -- follows: the subject has earlier events; waits: one of them is unrelayed and not locked here.
              select count(*) > 0 as follows,
                     coalesce(bool_or(u.sequence is not null and earlier.sequence not in (select sequence from locked)), false) as waits
                from (select p.sequence from ${events} p
                       where p.tenant_id = e.tenant_id and p.subject = e.subject and p.sequence < e.sequence
                       order by p.sequence desc limit ${MAX_EARLIER_EVENTS}) earlier
                left join ${unrelayed} u on u.sequence = earlier.sequence) f
      order by e.sequence`,
    [session.clockOffset, limit - newest, MAX_BATCH_BYTES, session.timeoutMs, newest],
  );
  if (rows.length > 0) session.clock.observe(rows[0]!.now);
  const isCut = rows.some((row) => row.data === null);
  return { events: withoutWaiting(rows).map(toEvent), isFull: isCut || rows.length === limit };
}

/**
 * Leaves out events without room in the batch, events that must wait for an earlier one, and later events of the same
 * subjects.
 */
function withoutWaiting(rows: UnrelayedRow[]): UnrelayedRow[] {
  if (!rows.some((row) => row.waits || row.data === null)) return rows;
  const waiting = new Set<string>();
  return rows.filter((row) => {
    const subject = JSON.stringify([row.tenant_id, row.subject]);
    const mustWait = row.waits || row.data === null || (row.subject !== null && waiting.has(subject));
    if (mustWait) waiting.add(subject);
    return !mustWait;
  });
}

function toEvent(row: UnrelayedRow): ClaimedEvent {
  const isLarge = largeBytesOf(row.data!) > 0;
  return toClaimedEvent(row, row.data!, { followsEarlier: row.follows, isLarge });
}
