import type { Tables } from '../../schema/tables.js';
import { FAILING_AFTER, HELD_LANE_WAIT_MS } from '../../lane-rules.js';
import type { FailureAlert, RecordableOutcome, RecordedOutcomes } from '../../outcome-store.js';
import type { Session } from '../connection/session.js';
import { nextStep, nowMs, opaque } from '../fragments/expressions.js';
import {
  attemptColumns,
  failureAlertColumns,
  headerColumn,
  identityColumns,
  resultColumns,
} from './outcome-parameters.js';

/**
 * Two start times may belong to the same attempt if they differ by at most this (ms). A start time is the database's
 * time minus the attempt's age. The process measures the age, so the start time is a little different at each measurement.
 */
const SAME_START_MS = 1_000;

interface Row {
  id: string;
  lane_id: string;
  stopped: boolean;
  due: boolean;
  healthy: boolean | null;
}

/** One statement for the whole batch. Lanes are updated only if something about them changes. */
export async function recordOutcomes(
  session: Session,
  outcomes: readonly RecordableOutcome[],
  failureAlerts: readonly FailureAlert[],
  retiredLeaseIds: readonly string[],
  { history = true } = {},
): Promise<RecordedOutcomes> {
  const rows = await session.query<Row>(
    recordOutcomesSql(session.tables, history, failureAlerts.length > 0),
    [
      session.clockOffset,
      ...identityColumns(outcomes),
      ...attemptColumns(outcomes),
      ...resultColumns(outcomes),
      retiredLeaseIds,
      headerColumn(outcomes),
      ...(failureAlerts.length > 0 ? failureAlertColumns(failureAlerts) : []),
    ],
  );
  const healthOf = new Map<string, boolean>();
  for (const { lane_id, healthy } of rows) if (healthy !== null) healthOf.set(lane_id, healthy);
  return {
    ids: new Set(rows.map(({ id }) => id)),
    healthChanges: [...healthOf].map(([laneId, healthy]) => ({ laneId, healthy })),
    stopped: [...new Set(rows.filter(({ stopped }) => stopped).map(({ lane_id }) => lane_id))],
    dueLanes: [...new Set(rows.filter(({ due }) => due).map(({ lane_id }) => lane_id))],
  };
}

function recordOutcomesSql(tables: Tables, history: boolean, hasFailureAlerts: boolean): string {
  const { alerts, attempts, deliveries, lanes, leases } = tables;
  const now = nowMs(1);
  // One lease may cover two attempts of a delivery, one after the other. The attempt's number distinguishes them.
  const ownsLease = `d.id = any($2::bigint[]) and d.id = i.id and ${opaque(
    `d.lease_id = i.lease_id and d.state = 'sending' and (i.number is null or d.attempts = i.number - 1)`,
  )}`;
  return `
    with input as materialized (
      select *
        from unnest($2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[], $7::int[], $8::text[], $9::text[],
                    $10::text[], $11::text[], $12::bigint[], $13::boolean[], $14::bigint[], $15::boolean[],
                    $16::boolean[], $17::boolean[], $18::bigint[], $20::text[])
               as i(id, lease_id, number, age, duration_ms, status, response, error,
                    state, reason, delay, failure, pause, releases, exclusive, counted, previous_at, response_headers)
    ),
    written as (
      update ${deliveries} d
         set state = i.state,
             reason = i.reason,
             next_at = case when i.state = 'pending' then ${now} + i.delay end,
             retry = d.retry or (i.state = 'pending' and coalesce(i.number, d.attempts) > 0),
             -- Returned without an attempt: the claim does not count.
             claims = case when i.number is null and i.state = 'pending' then greatest(d.claims - 1, 0) else 0 end,
             attempts = coalesce(i.number, d.attempts),
             attempt_at = case when i.number is null then d.attempt_at else ${now} - i.age end,
             duration_ms = case when i.number is null then d.duration_ms else i.duration_ms end,
             status = case when i.number is null then d.status else i.status end,
             error = case when i.number is null then d.error else i.error end,
             response = case when i.number is null then d.response else i.response end,
             response_headers = case when i.number is null then d.response_headers else i.response_headers end,
             finished_at = case when i.state = 'pending' then null else ${now} end,
             failed_at = case when i.state in ('exhausted', 'discarded') then ${now} end
        from input i
       where ${ownsLease}
      returning d.id, d.lane_id, d.next_at, i.state = 'delivered' as success, i.failure, i.pause, i.releases, i.exclusive,
                i.previous_at, i.age, i.counted, i.number
    ),
    -- The delivery's own columns hold its last attempt. Here the columns still have the values from before the
    -- update: the previous attempt, which moves to the table of attempts. The attempt moves only if the update found the
    -- delivery, because a delivery that is being deleted must leave no attempt.
    previous_attempts as (
      insert into ${attempts} (delivery_id, number, started_at, duration_ms, status, error, response, response_headers)
      select d.id, d.attempts, d.attempt_at, d.duration_ms, d.status, d.error, d.response, d.response_headers
        from written w
        join ${deliveries} d on d.id = any($2::bigint[]) and d.id = w.id
       where w.number > 1 and d.attempts > 0 and ${history}
      on conflict (delivery_id, number) do nothing
    ),
    -- What this batch means for each lane.
    changes as (
      select d.lane_id,
             count(*) filter (where d.counted)::int as ended,
             min(d.next_at) as due,
             bool_or(d.success) as succeeded,
             bool_or(d.releases) as released,
             bool_or(d.failure) as failed,
             max(d.pause) as pause,
             max(d.age) filter (where d.failure) as failure_age,
             -- Deliveries that were claimed before the lane began to fail are left to the one worker that may now claim
             -- from the lane.
             bool_or(n.state <> 'open' or coalesce(n.hold_until > ${now}, false)
                     or (n.failures >= ${FAILING_AFTER} and not d.exclusive)) as stopped,
             -- A delivery counts once while its lane keeps failing, however often it is tried.
             count(*) filter (
               where d.failure
                 and (d.previous_at is null or d.previous_at < coalesce(n.failing_since, ${now}) - ${SAME_START_MS})
             )::int as new_failures
        from written d
        join ${lanes} n on n.id = d.lane_id
       group by d.lane_id
    ),
    -- Lanes that change, locked in the order of their ids, so that two workers cannot deadlock. They are also read here,
    -- because an UPDATE returns only new values.
    locked_lanes as materialized (
      select l.id, l.failures, l.failing_since, l.hold_until, l.claimed_until
        from changes c
        join ${lanes} l on l.id = c.lane_id
       where c.ended > 0
          or (l.next_due_at > ${now} and l.next_due_at <= ${now} + ${HELD_LANE_WAIT_MS})
          or c.due is not null
          or c.failed
          or c.released
          or c.pause > 0
          or (c.succeeded and l.failing_since is not null)
       order by l.id
         for no key update of l
    ),
    updated_lanes as (
      update ${lanes} l
         set in_flight = greatest(l.in_flight - c.ended, 0),
             failures = case when c.succeeded then 0 else l.failures + c.new_failures end,
             failing_since = case
               when c.succeeded then null
               when c.failed then coalesce(l.failing_since, ${now} - coalesce(c.failure_age, 0))
               else l.failing_since
             end,
             hold_until = c.hold_until,
             claimed_until = c.claimed_until,
             next_due_at = case
               when l.state = 'paused' then null
               else greatest(
                 least(
                   l.next_due_at,
                   case
                     -- Other deliveries may have waited for what ends here: the exclusive claim of a failing lane, a place in
                     -- flight, or an earlier delivery of their subject. A closed lane has a backlog to discard.
                     when l.state = 'closed'
                       or (l.max_in_flight is not null or c.ends_claim) and l.next_due_at is not null
                       or l.next_due_at <= ${now} + ${HELD_LANE_WAIT_MS} then c.soon
                     else c.due_at
                   end),
                 c.hold_until,
                 c.claimed_until)
             end
        from (
          select c.*, s.ends_claim, n.failures as failures_before, n.failing_since as failing_before,
                 case when s.is_failing then ${nextStep(now)} else ${now} end as soon,
                 case when s.is_failing then ${nextStep('c.due')} else c.due end as due_at,
                 nullif(greatest(case when c.pause > 0 then ${now} + c.pause else 0 end,
                                 case when c.succeeded then 0 else coalesce(n.hold_until, 0) end), 0) as hold_until,
                 case when not s.ends_claim then n.claimed_until end as claimed_until
            from changes c
            join locked_lanes n on n.id = c.lane_id
           cross join lateral (
             select c.released or (c.succeeded and n.claimed_until is not null) as ends_claim,
                    not c.succeeded and n.failures + c.new_failures >= ${FAILING_AFTER} as is_failing
           ) s
        ) c
       where l.id = c.lane_id
      returning l.id, l.tenant_id, l.endpoint_id, l.origin, l.state,
                coalesce(l.failing_since, c.failing_before) as since,
                greatest(l.failures, c.failures_before) as failures,
                case
                  when (c.failures_before >= ${FAILING_AFTER}) <> (l.failures >= ${FAILING_AFTER})
                  then l.failures < ${FAILING_AFTER}
                end as healthy,
                coalesce(l.state = 'open' and l.next_due_at <= ${now}, false) as due
    ),
    deleted_leases as (
      delete from ${leases} where id = any($19::bigint[])
    ),
    -- The lanes' locks are held by now, so two workers cannot deadlock over alerts either.
    health_alerts as (
      insert into ${alerts} (tenant_id, endpoint_id, kind, dedupe_key, data, created_at, next_at)
      select tenant_id, endpoint_id, kind, kind || ':' || id || ':' || since,
             json_build_object('lane', id::text, 'origin', origin, 'since', since, 'failures', failures)::text,
             ${now}, ${now}
        from (select *, case when healthy then 'endpoint.recovered' else 'endpoint.failing' end as kind
                from updated_lanes
               where healthy is not null and state <> 'closed') changed
      on conflict (dedupe_key) do nothing
    )${hasFailureAlerts ? `, failure_alerts as (${insertFailureAlerts(alerts, now)})` : ''}
    select d.id, d.lane_id, c.stopped, coalesce(l.due, false) as due, l.healthy
      from written d
      join changes c on c.lane_id = d.lane_id
      left join updated_lanes l on l.id = d.lane_id`;
}

/**
 * Part of the statement above: writes at most one alert for each kind and scope. Time is divided into periods of `every`
 * (ms). The key contains the period, so that two workers write only one alert.
 */
function insertFailureAlerts(alerts: string, now: string): string {
  const key = (period: string): string => `a.kind || ':' || a.scope || ':' || (${period})`;
  return `
      insert into ${alerts} as existing (tenant_id, endpoint_id, kind, dedupe_key, data, created_at, next_at)
      select l.tenant_id, l.endpoint_id, a.kind,
             ${key("greatest(a.period, split_part(last.dedupe_key, ':', 3)::bigint + 1)")} as dedupe_key,
             a.data, ${now},
             case when last.id is null then ${now} else greatest(${now}, coalesce(last.sent_at, ${now}) + a.every) end
        from (select distinct on (i.kind, i.scope) i.*, d.lane_id, ${now} / i.every as period
                from unnest($21::bigint[], $22::text[], $23::text[], $24::bigint[], $25::text[])
                       as i(delivery_id, kind, scope, every, data)
                join written d on d.id = i.delivery_id) a
        join updated_lanes l on l.id = a.lane_id
        left join lateral (
          select e.id, e.dedupe_key, e.created_at, e.sent_at, e.attempts
            from ${alerts} e
           where e.dedupe_key in (${key('a.period - 1')}, ${key('a.period')}, ${key('a.period + 1')})
           order by e.id desc
           limit 1) last on true
       where last.id is null
          -- If no sender has tried to send the latest delivery.exhausted alert yet, that alert covers this failure, too.
          -- Otherwise this failure gets a new alert, due at the earliest a.every (ms) after the latest alert was sent.
          -- A new delivery.failed alert is written only if the latest alert is at least a.every (ms) old.
          or case when a.kind = 'delivery.exhausted' then last.attempts > 0 else last.created_at <= ${now} - a.every end
       order by dedupe_key
      -- On a conflict, another worker has just written this alert, with a created_at of its own. The alert counts failures
      -- from the earlier created_at.
      on conflict (dedupe_key) do update set created_at = least(existing.created_at, excluded.created_at)`;
}
