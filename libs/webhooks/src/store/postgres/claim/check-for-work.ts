import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** What there is to do, seen with one statement: all that an idle worker asks the database. */
export interface WorkCheck {
  /** There are unrelayed events. */
  events: boolean;
  /** Until the first lane wants a turn, ms, 0 for now; `null`: none does. */
  dueInMs: number | null;
  /** A lease has run out. */
  expired: boolean;
  /** A closed lane has a backlog, or a lease of it has run out. */
  closed: boolean;
  /** There are alerts to send. */
  alerts: boolean;
  /** The database's clock, epoch ms. */
  now: number;
}

/** `full`: lanes whose turn this worker would not take. */
export async function checkForWork(database: Session, full: readonly string[] = []): Promise<WorkCheck> {
  const { alerts, lanes, leases, unrelayed } = database.tables;
  const [row] = await database.query<{
    events: boolean;
    due: string | null;
    expired: boolean;
    closed: boolean;
    alerts: boolean;
    now: string;
  }>(
    `select exists (select 1 from ${unrelayed}) as events,
            (select next_due_at from ${lanes} where state = 'open' and next_due_at is not null and not (id = any($2::bigint[]))
               order by next_due_at limit 1) as due,
            exists (select 1 from ${leases} where expires_at <= ${nowMs(1)}) as expired,
            exists (select 1 from ${lanes} where state = 'closed' and next_due_at <= ${nowMs(1)}) as closed,
            exists (select 1 from ${alerts} where next_at <= ${nowMs(1)}) as alerts,
            ${nowMs(1)} as now`,
    [database.clockOffset, full],
  );
  const instant = Number(row!.now);
  return {
    events: row!.events,
    dueInMs: row!.due === null ? null : Math.max(0, Number(row!.due) - instant),
    expired: row!.expired,
    closed: row!.closed,
    alerts: row!.alerts,
    now: instant,
  };
}
