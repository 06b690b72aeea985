import type { Ordering } from '../../../core/states.js';
import type { ClaimableLane, LanesToSkip } from '../../lane-store.js';
import { FAILING_AFTER, FAILING_LANE_STEP_MS, HELD_LANE_WAIT_MS } from '../../lane-rules.js';
import type { Session } from '../connection/session.js';
import { isNotSkipped, skipParameters } from '../fragments/skipped-lanes.js';
import { commitAsync, endIfIdle, nowMs, useStablePlan } from '../fragments/expressions.js';

/** How long a lane waits (ms) when its maximum of deliveries is in flight. An outcome ends the wait sooner. */
const FULL_LANE_WAIT_MS = 1_000;
const MINUTE_US = 60_000_000;
/** A lane saves up one second of quota and this fraction of a request, so a slightly late claim wastes no quota. */
const EXTRA_BURST = 0.25;

interface LaneRow {
  id: string;
  tenant_id: string;
  ordering: Ordering;
  in_flight: number;
  max_in_flight: number | null;
  max_throughput_per_minute: number | null;
  rate_clock: string | null;
  failures: number;
  now: string;
}

/** Locks lanes that are due, and sets how the transaction runs: see `endIfIdle`, `commitAsync` and `useStablePlan`. */
export async function claimLanes(
  session: Session,
  count: number,
  skip: LanesToSkip,
  isEarly = false,
): Promise<ClaimableLane[]> {
  const rows = await session.query<LaneRow>(
    `select id, tenant_id, ordering, in_flight, max_in_flight, max_throughput_per_minute, rate_clock, failures, ${nowMs(1)} as now,
            ${endIfIdle(6)}, ${commitAsync()}, ${useStablePlan()}
       from ${session.tables.lanes}
      where state = 'open' and ${isEarly ? isDueByNextStep(1) : `next_due_at <= ${nowMs(1)}`} and ${isNotSkipped(2)}
      order by next_due_at, id
      limit $5
        for no key update skip locked`,
    [session.clockOffset, ...skipParameters(skip), count, session.timeoutMs],
  );
  if (rows.length > 0) session.clock.observe(rows[0]!.now);
  return rows.map(toClaimableLane);
}

/** SQL: the lane is due, or it is failing and waits only for the next multiple of `FAILING_LANE_STEP_MS`. */
function isDueByNextStep(offset: number): string {
  const now = nowMs(offset);
  return `next_due_at <= ${now} + ${FAILING_LANE_STEP_MS}
        and (next_due_at <= ${now}
             or failures >= ${FAILING_AFTER} and coalesce(greatest(hold_until, claimed_until), 0) <= ${now})`;
}

function toClaimableLane(row: LaneRow): ClaimableLane {
  const rate = row.max_throughput_per_minute;
  const nowUs = Number(row.now) * 1000;
  const requestIntervalUs = rate === null ? null : MINUTE_US / rate;
  const burst = rate === null ? 0 : Math.ceil(rate / 60) + EXTRA_BURST;
  const rateClockUs =
    requestIntervalUs === null ? 0 : Math.max(Number(row.rate_clock ?? 0), nowUs - burst * requestIntervalUs);
  const byRate =
    requestIntervalUs === null
      ? Infinity
      : Math.max(0, Math.floor((nowUs - rateClockUs) / requestIntervalUs));
  const byInFlight = row.max_in_flight === null ? Infinity : Math.max(0, row.max_in_flight - row.in_flight);
  return {
    laneId: row.id,
    tenantId: row.tenant_id,
    ordering: row.ordering,
    allowance: Math.min(byRate, byInFlight),
    isFailing: row.failures >= FAILING_AFTER,
    requestIntervalUs,
    rateClockUs,
    hasLimits: rate !== null || row.max_in_flight !== null,
    emptyWaitMs: byInFlight === 0 ? FULL_LANE_WAIT_MS : HELD_LANE_WAIT_MS,
  };
}
