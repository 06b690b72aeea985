import type { Session } from '../connection/session.js';

/** Events of a subject before or after one that order looks at: more than a message ever has. */
const MAX_EVENTS_COMPARED = 64;

/** SQL for the columns of a delivery and its event. The table aliases must not be `e`, `p` or `near`, which the SQL below uses. */
interface Names {
  tenant: string;
  subject: string;
  sequence: string;
  lane: string;
  ordering: string;
}

/**
 * SQL that is true while order holds a delivery back: an earlier one of the same lane and subject is in flight, or has not
 * had its first attempt, or (strict) has not ended.
 */
export function isHeldByEarlier(database: Session, of: Names): string {
  const unfinished = `p.state = 'sending' or (p.state = 'pending' and (p.attempts = 0 or ${of.ordering} = 'strict'))`;
  return sibling(database, of, 'earlier', unfinished);
}

/** The other way round, for a retry: SQL that is true while a later one, which may have passed it, is in flight. */
export function isPassedByLater(database: Session, of: Names): string {
  return sibling(database, of, 'later', `p.state = 'sending'`);
}

/** SQL: there is a delivery `p` of the same lane and subject, of an earlier or a later event, for which `condition` holds. */
function sibling(database: Session, of: Names, which: 'earlier' | 'later', condition: string): string {
  const { events, deliveries } = database.tables;
  const [compare, direction] = which === 'earlier' ? ['<', 'desc'] : ['>', 'asc'];
  return `(${of.subject} is not null and ${of.ordering} <> 'none' and exists (
    select 1
      from (select e.sequence from ${events} e
             where e.tenant_id = ${of.tenant} and e.subject = ${of.subject} and e.sequence ${compare} ${of.sequence}
             order by e.sequence ${direction} limit ${MAX_EVENTS_COMPARED}) near
      join ${deliveries} p on p.event_sequence = near.sequence and p.lane_id = ${of.lane}
     where ${condition}))`;
}
