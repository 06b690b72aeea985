import { occasionAlerts, occasionParameters, turnAlerts } from './outcome-alerts.js';
import type { Session } from '../connection/session.js';
import { failureAlertsOf } from '../../../engine/record/failure-alerts.js';
import { nowMs, opaque } from '../fragments/expressions.js';
import type { Outcome } from '../../../engine/send/outcome.js';
import { BREAKER_THRESHOLD, HELD_LANE_WAIT_MS } from '../../lane-rules.js';

/** First pause of an open breaker, ms; each next one is twice as long, up to the longest, and up to half longer by chance. */
const FIRST_PROBE_WAIT = 5_000;
const LONGEST_PROBE_WAIT = 300_000;

/** Two attempts of the same time may seem so far apart, ms: their ages are the process's, the clock is the database's. */
const SAME_TIME = 1_000;

export interface RecordedOutcomes {
  /** Ids of the deliveries whose outcome was written; the others' lease was lost. */
  ids: Set<string>;
  /** Lanes that turned from good to failing, or back, by this. */
  healthChanges: { laneId: string; healthy: boolean }[];
  /** Lanes that are paused, closed or held, whoever did it: nothing more is to be sent there now. */
  stopped: string[];
  /** Some of their lanes want a turn now. */
  hasDueLanes: boolean;
}

/**
 * Writes the outcomes of many deliveries with one statement. Each is fenced by its lease: one that was lost changes
 * nothing. Lanes are touched only where something about them changes; `retired` leases are deleted along. What an
 * endpoint's owner is to hear of is written with it. `history: false` leaves out the attempts before these.
 */
export async function recordOutcomes(
  database: Session,
  outcomes: readonly Outcome[],
  retired: readonly string[],
  { history = true } = {},
): Promise<RecordedOutcomes> {
  const { attempts, deliveries, lanes, leases } = database.tables;
  const occasions = await failureAlertsOf(database, outcomes);
  const time = performance.now();
  // A lease may hold a delivery twice, one attempt after the other: the number tells them apart.
  const own = `d.id = any($2::bigint[]) and d.id = i.id and ${opaque(
    `d.lease_id = i.lease_id and d.state = 'sending' and (i.number is null or d.attempts = i.number - 1)`,
  )}`;
  const column = <T>(pick: (outcome: Outcome) => T): T[] => outcomes.map(pick);
  const rows = await database.query<{
    id: string;
    lane_id: string;
    stopped: boolean;
    due: boolean;
    healthy: boolean | null;
  }>(
    `with input as materialized (
         select * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::int[], $8::int[], $9::int[],
                              $10::int[], $11::text[], $12::text[], $13::boolean[], $14::bigint[], $15::boolean[],
                              $16::bigint[], $18::boolean[])
           as i(id, lease_id, state, reason, delay, number, age, duration_ms, status, error, response, failure, hold, probe, last_at, counted)
       ), earlier as (
         insert into ${attempts} (delivery_id, number, started_at, duration_ms, status, error, response)
         select d.id, d.attempts, d.attempt_at, d.duration_ms, d.status, d.error, d.response
           from input i
           join ${deliveries} d on ${own}
          where i.number > 1 and d.attempts > 0 and ${history}
         on conflict (delivery_id, number) do nothing
       ), done as (
         update ${deliveries} d
            set state = i.state,
                reason = i.reason,
                next_at = case when i.state = 'pending' then ${nowMs(1)} + i.delay end,
                retry = case when i.state = 'pending' then coalesce(i.number, d.attempts) > 0 else d.retry end,
                claims = case when i.number is null and i.state = 'pending' then greatest(d.claims - 1, 0) else 0 end,
                attempts = coalesce(i.number, d.attempts),
                attempt_at = case when i.number is null then d.attempt_at else ${nowMs(1)} - i.age end,
                duration_ms = case when i.number is null then d.duration_ms else i.duration_ms end,
                status = case when i.number is null then d.status else i.status end,
                error = case when i.number is null then d.error else i.error end,
                response = case when i.number is null then d.response else i.response end,
                finished_at = case when i.state = 'pending' then null else ${nowMs(1)} end,
                failed_at = case when i.state in ('exhausted', 'discarded') then ${nowMs(1)} end
           from input i
          where ${own}
         returning d.id, d.lane_id, d.next_at, i.state = 'delivered' as ok, i.failure, i.hold, i.probe, i.last_at, i.age, i.counted
       ), changes as (
         select d.lane_id, count(*) filter (where d.counted)::int as ended, min(d.next_at) as due, bool_or(d.ok) as ok, bool_or(d.probe) as probe,
                bool_or(d.failure) as failed, max(d.hold) as hold,
                max(d.age) filter (where d.failure) as age,
                bool_or(n.state <> 'open' or coalesce(n.hold_until > ${nowMs(1)}, false)) as stopped,
                -- A delivery counts once in a time of failure, however often it is tried.
                count(*) filter (where d.failure and (d.last_at is null or d.last_at < coalesce(n.failing_since, ${nowMs(1)}) - ${SAME_TIME}))::int
                  as failing
           from done d
           join ${lanes} n on n.id = d.lane_id
          group by d.lane_id
       ), touched as materialized (
         select l.id, l.failures, l.failing_since, l.probes, l.hold_until
           from changes c
           join ${lanes} l on l.id = c.lane_id
          where c.ended > 0 or (l.next_due_at > ${nowMs(1)} and l.next_due_at <= ${nowMs(1)} + ${HELD_LANE_WAIT_MS}) or c.due is not null or c.failed or c.hold > 0 or (c.ok and l.failing_since is not null)
          order by l.id
            for no key update of l
       ), settled as (
         update ${lanes} l
            set in_flight = greatest(l.in_flight - c.ended, 0),
                failures = case when c.ok then 0 else l.failures + c.failing end,
                failing_since = case when c.ok then null when c.failed then coalesce(l.failing_since, ${nowMs(1)} - coalesce(c.age, 0)) else l.failing_since end,
                probes = case when c.ok then 0 when c.opens then l.probes + 1 else l.probes end,
                hold_until = nullif(greatest(c.held, c.paused), 0),
                next_due_at = case when l.state = 'paused' then null
                  -- An end may be what others wait for: a probe, a place in flight, or their turn in a subject.
                  else greatest(least(l.next_due_at,
                                      case when l.state = 'closed'
                                             or (l.max_in_flight is not null or c.probe) and l.next_due_at is not null
                                             or l.next_due_at <= ${nowMs(1)} + ${HELD_LANE_WAIT_MS} then ${nowMs(1)} else c.due end),
                                nullif(greatest(c.held, c.paused), 0)) end
           from (select c.*, x.opens, n.failures as failures_before, n.failing_since as failing_before,
                        case when c.hold > 0 then ${nowMs(1)} + c.hold else 0 end as held,
                        case when c.ok then 0
                             when x.opens then ${nowMs(1)} + (least(${FIRST_PROBE_WAIT} * power(2, least(n.probes, 10)), ${LONGEST_PROBE_WAIT})
                                                            * (1 + random() / 2))::bigint
                             else coalesce(n.hold_until, 0) end as paused
                   from changes c
                   join touched n on n.id = c.lane_id
                   cross join lateral (select not c.ok and c.failed and n.failures + c.failing >= ${BREAKER_THRESHOLD}
                     and (c.probe or n.hold_until is null or n.hold_until <= ${nowMs(1)}) as opens) x) c
          where l.id = c.lane_id
         returning l.id, l.tenant_id, l.endpoint_id, l.origin, l.state, coalesce(l.failing_since, c.failing_before) as since,
                   greatest(l.failures, c.failures_before) as failures,
                   case when (c.failures_before >= ${BREAKER_THRESHOLD}) <> (l.failures >= ${BREAKER_THRESHOLD})
                              then l.failures < ${BREAKER_THRESHOLD} end as healthy,
                   coalesce(l.state = 'open' and l.next_due_at <= ${nowMs(1)}, false) as due
       ), retired as (
         delete from ${leases} where id = any($17::bigint[])
       ), turned as (${turnAlerts(database)}
       )${occasions.length > 0 ? `, alerted as (${occasionAlerts(database, 19)})` : ''}
       select d.id, d.lane_id, c.stopped, coalesce(s.due, false) as due, s.healthy
         from done d
         join changes c on c.lane_id = d.lane_id
         left join settled s on s.id = d.lane_id`,
    [
      database.clockOffset,
      column((outcome) => outcome.delivery.id),
      column((outcome) => outcome.delivery.leaseId),
      column((outcome) => outcome.state),
      column((outcome) => outcome.reason),
      column((outcome) => outcome.delayMs),
      column((outcome) => outcome.attempt?.number ?? null),
      column((outcome) => (outcome.attempt ? Math.round(time - outcome.attempt.startedAt) : null)),
      column((outcome) => (outcome.attempt ? Math.round(outcome.attempt.durationMs) : null)),
      column((outcome) => outcome.attempt?.status ?? null),
      column((outcome) => outcome.attempt?.error ?? null),
      column((outcome) => outcome.attempt?.response ?? null),
      column((outcome) => outcome.failure),
      column((outcome) => outcome.pauseLaneMs),
      column((outcome) => outcome.delivery.probe),
      column((outcome) => outcome.delivery.attemptAt),
      retired,
      column((outcome) => outcome.delivery.counted),
      ...(occasions.length > 0 ? occasionParameters(occasions) : []),
    ],
  );
  const turned = new Map<string, boolean>();
  for (const row of rows) if (row.healthy !== null) turned.set(row.lane_id, row.healthy);
  return {
    ids: new Set(rows.map((row) => row.id)),
    healthChanges: [...turned].map(([laneId, healthy]) => ({ laneId, healthy })),
    hasDueLanes: rows.some((row) => row.due),
    stopped: [...new Set(rows.filter((row) => row.stopped).map((row) => row.lane_id))],
  };
}

/** Which of these outcomes were recorded by a try whose answer was lost. */
export async function findRecordedOutcomes(
  database: Session,
  outcomes: readonly Outcome[],
): Promise<Set<string>> {
  const rows = await database.query<{ id: string }>(
    `select d.id
       from unnest($1::bigint[], $2::bigint[], $3::int[]) as i(id, lease_id, number)
       join ${database.tables.deliveries} d on d.id = i.id and d.lease_id = i.lease_id
      where d.state <> 'sending' or d.attempts = i.number`,
    [
      outcomes.map(({ delivery }) => delivery.id),
      outcomes.map(({ delivery }) => delivery.leaseId),
      outcomes.map(({ attempt }) => attempt?.number ?? null),
    ],
  );
  return new Set(rows.map((row) => row.id));
}
