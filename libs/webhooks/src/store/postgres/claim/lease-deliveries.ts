import type { EntityManager } from 'typeorm';
import type { Session } from '../connection/session.js';
import { commitAsync, endIfIdle, nowMs, useStablePlan } from '../fragments/expressions.js';
import type { Ordering } from '../../../core/states.js';
import { BREAKER_THRESHOLD, HELD_LANE_WAIT_MS, SUSPECT_AFTER_CLAIMS } from '../../lane-rules.js';
import { isHeldByEarlier, isPassedByLater } from '../fragments/subject-order.js';

/** A lane whose turn it is, locked by this transaction. */
export interface ClaimableLane {
  laneId: string;
  ordering: Ordering;
  /** Deliveries it may give now, by its own limits. */
  allowance: number;
  /** Its breaker is open: one delivery, to see. */
  probe: boolean;
  /** Microseconds between two requests of its rate limit; `null`: none. */
  interval: number | null;
  /** Rate clock before this turn, epoch microseconds. */
  rateClock: number;
  limited: boolean;
  /** Wait until its next turn if this one takes nothing, ms. */
  emptyWait: number;
}

export interface ClaimedDelivery {
  id: string;
  lane_id: string;
  wire_type: string;
  profile: string | null;
  body: string;
  callback_url: string | null;
  attempts: number;
  attempts_before: number;
  attempt_at: string | null;
  claims: number;
  event_uuid: string;
  sequence: string;
  event_type: string;
  subject: string | null;
  test: boolean;
}

/** Wait of a lane with all it may have in flight, ms: an outcome ends it sooner. */
const FULL_LANE_WAIT_MS = 1_000;

/**
 * Locks up to `count` lanes whose turn it is, the longest waiting first, but for the lanes in `full`.
 * Another worker's lanes are passed over. `now` is the database's, for the clock.
 */
export async function claimLanes(
  database: Session,
  tx: EntityManager,
  count: number,
  full: string[],
): Promise<{ turns: ClaimableLane[]; now: number }> {
  const rows = await database.query<{
    id: string;
    ordering: Ordering;
    in_flight: number;
    max_in_flight: number | null;
    max_throughput_per_minute: number | null;
    rate_clock: string | null;
    failures: number;
    now: string;
  }>(
    `select id, ordering, in_flight, max_in_flight, max_throughput_per_minute, rate_clock, failures, ${nowMs(1)} as now,
            ${endIfIdle(4)}, ${commitAsync()}, ${useStablePlan()}
       from ${database.tables.lanes}
      where state = 'open' and next_due_at <= ${nowMs(1)} and not (id = any($2::bigint[]))
      order by next_due_at, id
      limit $3
        for no key update skip locked`,
    [database.clockOffset, full, count, database.timeoutMs],
    tx,
  );
  const turns = rows.map((row) => {
    const instant = Number(row.now) * 1000;
    const rate = row.max_throughput_per_minute;
    const interval = rate === null ? null : 60_000_000 / rate;
    // The bucket holds one second of quota, and a part of a request so that a late turn loses nothing.
    const burst = rate === null ? 0 : Math.ceil(rate / 60) + 0.25;
    const rateClock =
      interval === null ? 0 : Math.max(Number(row.rate_clock ?? 0), instant - burst * interval);
    const byRate = interval === null ? Infinity : Math.max(0, Math.floor((instant - rateClock) / interval));
    const byFlight = row.max_in_flight === null ? Infinity : Math.max(0, row.max_in_flight - row.in_flight);
    const probe = row.failures >= BREAKER_THRESHOLD;
    return {
      laneId: row.id,
      ordering: row.ordering,
      allowance: Math.min(byRate, byFlight, probe ? 1 : Infinity),
      probe,
      interval,
      rateClock,
      limited: rate !== null || row.max_in_flight !== null,
      emptyWait: byFlight === 0 ? FULL_LANE_WAIT_MS : HELD_LANE_WAIT_MS,
    };
  });
  return { turns, now: Number(rows[0]?.now ?? 0) };
}

export interface LaneClaim {
  turn: ClaimableLane;
  /** Deliveries to take. */
  take: number;
  /** How many of those places retries get if any are due. */
  reserve: number;
  /** Due deliveries to look at: order may hold the first ones back. */
  look: number;
}

/**
 * Leases due deliveries of the lanes of `takes`: first attempts before retries, but for the places reserved for those.
 * Each lane goes to the back of the queue if it has more, and wakes when its next one is due if it has not; its counters move.
 * Claimed ones stay in the due index until the lease runs out: that is how they are found after a crash.
 * Of those that crashed workers before, `suspects` at most: what is claimed beside the one that does it is blamed too.
 */
export async function leaseDeliveries(
  database: Session,
  tx: EntityManager,
  takes: readonly LaneClaim[],
  lease: { id: string; leaseMs: number; probeHoldMs: number },
  suspects: number,
): Promise<ClaimedDelivery[]> {
  const { deliveries, events, lanes } = database.tables;
  const names = {
    tenant: 'v.tenant_id',
    subject: 'v.subject',
    sequence: 'v.sequence',
    lane: 'd.lane_id',
    ordering: 't.ordering',
  };
  const held = isHeldByEarlier(database, names);
  const met = isPassedByLater(database, names);
  const due = (retry: boolean, limit: string): string => `
    select d.id, d.claims, v.subject, v.sequence
      from (select id from ${deliveries}
             where lane_id = t.lane_id and retry = ${retry} and next_at <= ${nowMs(1)}
             order by next_at, id limit case when ${limit} > 0 then t.look else 0 end) c
      join ${deliveries} d on d.id = c.id
      join ${events} v on v.sequence = d.event_sequence
     where d.next_at <= ${nowMs(1)} and not ${held}${retry ? ` and not ${met}` : ''}
     order by d.next_at, d.id
     limit ${limit}
       for no key update of d skip locked`;
  const nextDue = (retry: boolean): string => `
    (select d.next_at from ${deliveries} d
      where d.lane_id = t.lane_id and d.retry = ${retry} and d.next_at is not null
        and not exists (select 1 from picked p where p.id = d.id)
      order by d.next_at limit 1)`;
  return database.prepared<ClaimedDelivery>(
    `with turn as materialized (
       select t.*, t.take - case when exists (
                select 1 from ${deliveries} d where d.lane_id = t.lane_id and d.retry and d.next_at <= ${nowMs(1)}
              ) then t.reserve else 0 end as take_fresh
         from unnest($2::bigint[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::float8[], $8::boolean[], $9::boolean[], $13::int[], $15::int[])
           as t(lane_id, ordering, take, reserve, rate_clock, rate_interval, limited, probe, empty_wait, look)
     ), fresh as materialized (
       select t.lane_id, t.ordering, d.* from turn t cross join lateral (${due(false, 't.take_fresh')}) d
     ), found as materialized (
       select * from fresh
       union all
       select t.lane_id, t.ordering, d.*
         from turn t
         cross join lateral (select greatest(t.take - count(*), 0) as remaining from fresh f where f.lane_id = t.lane_id) r
         cross join lateral (${due(true, 'r.remaining')}) d
     ), picked as materialized (
       -- A retry lets later ones of its subject pass, but not at the same time.
       select lane_id, id
         from (select f.*, min(f.sequence) over (partition by f.lane_id, f.subject) as first,
                      row_number() over (partition by f.claims >= ${SUSPECT_AFTER_CLAIMS} order by f.id) as place
                 from found f) f
        where (f.sequence = f.first or f.subject is null or f.ordering = 'none')
          and (f.claims < ${SUSPECT_AFTER_CLAIMS} or f.place <= $14)
     ), claimed as (
       update ${deliveries} d
          set state = 'sending', next_at = ${nowMs(1)} + $11::bigint, lease_id = $10, claims = d.claims + 1
         from picked p
        where d.id = p.id
       returning d.*
     ), moved as (
       update ${lanes} l
          set next_due_at = case
                when n.wake_at is null then null
                when n.wake_at <= ${nowMs(1)} then greatest(${nowMs(1)} + case when n.taken = 0 then n.empty_wait else 0 end, n.resume_at)
                else greatest(n.wake_at, n.resume_at) end,
              hold_until = case when n.probe and n.taken > 0 then ${nowMs(1)} + $12::bigint else l.hold_until end,
              in_flight = case when n.limited then l.in_flight + n.taken else l.in_flight end,
              rate_clock = case when n.rate_interval is null then l.rate_clock
                                else n.rate_clock + round(n.taken * n.rate_interval)::bigint end
         from (select t.*, c.taken,
                      -- What it gives wakes it too, when the lease runs out: nobody else would look for it.
                      least(${nextDue(false)}, ${nextDue(true)}, case when c.taken > 0 then ${nowMs(1)} + $11::bigint end) as wake_at,
                      case when t.probe and c.taken > 0 then ${nowMs(1)} + $12::bigint
                           when t.rate_interval is not null
                           then ceil((t.rate_clock + (c.taken + 1) * t.rate_interval) / 1000)::bigint end as resume_at
                 from turn t
                 cross join lateral (select count(*)::int as taken from picked p where p.lane_id = t.lane_id) c
               offset 0) n -- once for each lane, however often it is named above
        where l.id = n.lane_id
     )
     select c.id, c.lane_id, c.wire_type, c.profile, c.body, c.callback_url, c.attempts, c.attempts_before, c.attempt_at, c.claims,
            v.id as event_uuid, v.sequence, v.type as event_type, v.subject, v.test
       from claimed c
       join ${events} v on v.sequence = c.event_sequence
      order by c.id`,
    [
      database.clockOffset,
      takes.map(({ turn }) => turn.laneId),
      takes.map(({ turn }) => turn.ordering),
      takes.map(({ take }) => take),
      takes.map(({ reserve }) => reserve),
      takes.map(({ turn }) => Math.round(turn.rateClock)),
      takes.map(({ turn }) => turn.interval),
      takes.map(({ turn }) => turn.limited),
      takes.map(({ turn }) => turn.probe),
      lease.id,
      lease.leaseMs,
      lease.probeHoldMs,
      takes.map(({ turn }) => turn.emptyWait),
      suspects,
      takes.map(({ look }) => look),
    ],
    tx,
  );
}
