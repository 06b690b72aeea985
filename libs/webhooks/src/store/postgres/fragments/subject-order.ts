import type { Session } from '../connection/session.js';

/** An event is compared with at most this many earlier or later events of its subject. A message never has as many. */
export const MAX_EVENTS_COMPARED = 64;

/** SQL for the columns of a delivery and its event. The table aliases must not be `other`, `p` or `near`, which the SQL below uses. */
interface Names {
  tenant: string;
  subject: string;
  sequence: string;
  lane: string;
  ordering: string;
}

type Which = 'earlier' | 'later';

/**
 * SQL that is true while subject order holds a delivery back: an earlier delivery of the same lane and subject is in flight,
 * or has not had its first attempt, or (strict) has not ended.
 */
export function isHeldByEarlier(database: Session, of: Names): string {
  return hasSibling(database, of, 'earlier', isUnfinished(of));
}

/**
 * For a retry: SQL that is true while a later delivery of the same lane and subject is in flight. In relaxed order, later
 * deliveries do not wait for the retry.
 */
export function isPassedByLater(database: Session, of: Names): string {
  return hasSibling(database, of, 'later', IS_SENT);
}

/** SQL for the id of a delivery that holds this one back by subject order, or null. `retry`: SQL that is true for a retry. */
export function heldBySql(database: Session, of: Names, retry: string): string {
  const first = (which: Which, condition: string): string =>
    `(select p.id from ${siblings(database, of, which)} where ${condition} order by p.id limit 1)`;
  return `case when ${isOrdered(of)}
               then coalesce(${first('earlier', isUnfinished(of))}, case when ${retry} then ${first('later', IS_SENT)} end) end`;
}

const IS_SENT = `p.state = 'sending'`;

const isUnfinished = ({ ordering }: Names): string =>
  `${IS_SENT} or (p.state = 'pending' and (p.attempts = 0 or ${ordering} = 'strict'))`;

const isOrdered = ({ subject, ordering }: Names): string =>
  `${subject} is not null and ${ordering} <> 'none'`;

/** SQL: `condition` holds for a delivery `p` of the same lane and subject, whose event is earlier or later (`which`). */
function hasSibling(database: Session, of: Names, which: Which, condition: string): string {
  return `(${isOrdered(of)} and exists (
    select 1
      from ${siblings(database, of, which)}
     where ${condition}))`;
}

function siblings(database: Session, of: Names, which: Which): string {
  const { events, deliveries } = database.tables;
  const [compare, direction] = which === 'earlier' ? ['<', 'desc'] : ['>', 'asc'];
  return `(select other.sequence from ${events} other
             where other.tenant_id = ${of.tenant} and other.subject = ${of.subject} and other.sequence ${compare} ${of.sequence}
             order by other.sequence ${direction} limit ${MAX_EVENTS_COMPARED}) near
      join ${deliveries} p on p.event_sequence = near.sequence and p.lane_id = ${of.lane}`;
}
