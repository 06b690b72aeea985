import { FAILING_AFTER, FAILING_LANE_STEP_MS } from '../../lane-rules.js';
import type { LanesToSkip, WorkCheck } from '../../lane-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { isNotSkipped, skipParameters } from '../fragments/skipped-lanes.js';

/** The only statement of an idle worker. */
export async function checkForWork(
  session: Session,
  skip: LanesToSkip,
  captures: readonly string[] = [],
): Promise<WorkCheck> {
  const { alerts, changes, deliveries, jobs, lanes, pauses, leases, unrelayed } = session.tables;
  const isAnyDue = (retry: string) =>
    `exists (select 1 from ${deliveries} d where d.lane_id = l.id and d.retry = ${retry} and d.next_at <= ${nowMs(1)})`;
  const skipped = skipParameters(skip);
  const [row] = await session.frequent<{
    hasEvents: boolean;
    dueAt: string | null;
    failingDueAt: string | null;
    hasExpiredLeases: boolean;
    hasClosedBacklog: boolean;
    hasAlerts: boolean;
    hasJobs: boolean;
    hasPauses: boolean;
    hasChanges: boolean;
    now: string;
  }>(
    `select exists (select 1 from ${unrelayed}) as "hasEvents",
            (select next_due_at from ${lanes}
              where state = 'open' and next_due_at is not null and ${isNotSkipped(2)}
              order by next_due_at limit 1) as "dueAt",
            (select min(next_due_at) from ${lanes} l
              where state = 'open' and failures >= ${FAILING_AFTER} and ${isNotSkipped(2)}
                and next_due_at > ${nowMs(1)} and next_due_at <= ${nowMs(1)} + ${FAILING_LANE_STEP_MS}
                and (${isAnyDue('false')} or ${isAnyDue('true')})) as "failingDueAt",
            exists (select 1 from ${leases} where expires_at <= ${nowMs(1)}) as "hasExpiredLeases",
            exists (select 1 from ${lanes} where state = 'closed' and next_due_at <= ${nowMs(1)}) as "hasClosedBacklog",
            exists (select 1 from ${alerts} where next_at <= ${nowMs(1)}) as "hasAlerts",
            exists (select 1 from ${jobs} where next_at <= ${nowMs(1)}) as "hasJobs",
            exists (select 1 from ${pauses}) as "hasPauses",
            ${captures.length > 0 ? hasChanges(changes, 1, 2 + skipped.length) : 'false'} as "hasChanges",
            ${nowMs(1)} as now`,
    [session.clockOffset, ...skipped, ...(captures.length > 0 ? [captures] : [])],
    { isLogged: false },
  );
  const { dueAt, failingDueAt, now, ...found } = row!;
  session.clock.observe(now);
  const timeUntil = (at: string | null) => (at === null ? null : Math.max(0, Number(at) - Number(now)));
  return { ...found, dueInMs: timeUntil(dueAt), failingDueInMs: timeUntil(failingDueAt) };
}

/** Looks up each mapped capture separately, so that changes of other captures are not read. */
function hasChanges(changes: string, offset: number, names: number): string {
  return `exists (select 1 from unnest($${names}::text[]) as mapped(name)
                   cross join lateral (select 1 from ${changes} c
                          where c.capture = mapped.name and c.due_at <= ${nowMs(offset)} limit 1) due)`;
}
