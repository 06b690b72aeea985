import type { ClaimedDelivery, LaneClaim, LeaseTerms } from '../../lane-store.js';
import { LARGE_BODY_BYTES, SUSPECT_AFTER_CLAIMS } from '../../lane-rules.js';
import type { Session } from '../connection/session.js';
import { nextStep, nowMs } from '../fragments/expressions.js';
import { isHeldByEarlier, isPassedByLater } from '../fragments/subject-order.js';

/** How long a lane waits (ms) if it has due deliveries with large bodies, but its tenant has no room for them. */
const NO_BYTES_WAIT_MS = 250;

/** A row: the delivery, with bigints as text. */
type Row = Omit<ClaimedDelivery, 'attemptAt' | 'publishedAt'> &
  Record<'attemptAt' | 'publishedAt', string | number | null>;

/**
 * Claims due deliveries of these lanes: leases them to this worker. First attempts come before retries, except for the
 * places kept for retries. A lane that has more due deliveries moves behind the other due lanes. Any other lane is due
 * with its next delivery. Leased deliveries stay in the index of due deliveries: their due time is the end of the
 * lease. So they are found after a crash.
 */
export async function leaseDeliveries(
  session: Session,
  claims: readonly LaneClaim[],
  lease: LeaseTerms,
  maxSuspects: number,
): Promise<ClaimedDelivery[]> {
  const { deliveries, events, lanes } = session.tables;
  const rows = await session.prepared<Row>(
    `with claim as materialized (
       select c.*, c.wanted - case when exists (
                select 1 from ${deliveries} d where d.lane_id = c.lane_id and d.retry and d.next_at <= ${nowMs(1)}
              ) then c.for_retries else 0 end as wanted_first
         from unnest($2::bigint[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::float8[], $8::boolean[], $9::boolean[],
                     $13::int[], $15::int[], $16::int[])
           as c(lane_id, ordering, wanted, for_retries, rate_clock, rate_interval, has_limits, failing, empty_wait, depth, max_bytes)
     ), first_attempts as materialized (
       select c.lane_id, c.ordering, c.max_bytes, d.* from claim c cross join lateral (${dueSql(session, false, 'c.wanted_first')}) d
     ), first_counts as materialized (
       select lane_id, count(*) as found from first_attempts group by lane_id
     ), found as materialized (
       select * from first_attempts
       union all
       select c.lane_id, c.ordering, c.max_bytes, d.*
         from claim c
         left join first_counts f on f.lane_id = c.lane_id
         cross join lateral (select greatest(c.wanted - coalesce(f.found, 0), 0) as remaining) r
         cross join lateral (${dueSql(session, true, 'r.remaining')}) d
     ), allowed as (
       -- Only the earliest delivery of each subject, because a retry and a later delivery must not be in flight together.
       select lane_id, id, max_bytes, bytes, sum(bytes) over (partition by lane_id order by id) as total
         from (select f.*, min(f.sequence) over (partition by f.lane_id, f.subject) as first,
                      row_number() over (partition by f.claims >= ${SUSPECT_AFTER_CLAIMS} order by f.id) as place
                 from found f) f
        where (f.sequence = f.first or f.subject is null or f.ordering = 'none')
          and (f.claims < ${SUSPECT_AFTER_CLAIMS} or f.place <= $14)
     ), picked as materialized (
       select lane_id, id from allowed where bytes = 0 or total <= max_bytes or (total = bytes and max_bytes > 0)
     ), picked_counts as materialized (
       select lane_id, count(*)::int as leased from picked group by lane_id
     ), leased as (
       update ${deliveries} d
          set state = 'sending', next_at = ${nowMs(1)} + $11::bigint, lease_id = $10, claims = d.claims + 1
         from picked p
        where d.id = p.id
       returning d.*
     ), moved as (
       update ${lanes} l
          set next_due_at = case
                when n.wake_at is null then null
                when n.wake_at <= ${nowMs(1)}
                then greatest(${nowMs(1)} + case when n.leased = 0 then n.empty_wait else 0 end, n.resume_at)
                when n.failing
                then greatest(${nextStep('n.wake_at')}, n.resume_at)
                else greatest(n.wake_at, n.resume_at) end,
              claimed_until = case when n.failing and n.leased > 0 then ${nowMs(1)} + $12::bigint else l.claimed_until end,
              in_flight = case when n.has_limits then l.in_flight + n.leased else l.in_flight end,
              rate_clock = case when n.rate_interval is null then l.rate_clock
                                else n.rate_clock + round(n.leased * n.rate_interval)::bigint end
         from (select c.*, t.leased,
                      -- When the lease ends, the leased deliveries make the lane due too: nothing else would look for them.
                      least(${nextDueSql(session, false)}, ${nextDueSql(session, true)},
                            case when t.leased > 0 then ${nowMs(1)} + $11::bigint end) as wake_at,
                      case when c.failing and t.leased > 0 then ${nowMs(1)} + $12::bigint
                           when c.rate_interval is not null
                           then ceil((c.rate_clock + (t.leased + 1) * c.rate_interval) / 1000)::bigint end as resume_at
                 from claim c
                 left join picked_counts p on p.lane_id = c.lane_id
                 cross join lateral (select coalesce(p.leased, 0) as leased) t
               offset 0) n -- computes these once for each lane, however often they are named above
        where l.id = n.lane_id
     )
     select d.id, d.lane_id as "laneId", d.wire_type as "wireType", d.profile, d.body, d.callback_url as "callbackUrl",
            d.attempts, d.attempts_before as "attemptsBefore", d.attempt_at as "attemptAt", d.claims,
            v.id as "eventUuid", v.sequence, v.type as "eventType", v.subject, v.test, v.traceparent,
            case when not d.retry or d.attempts > 0 then v.created_at end as "publishedAt"
       from leased d
       join ${events} v on v.sequence = d.event_sequence
      order by d.id`,
    [
      session.clockOffset,
      claims.map(({ lane }) => lane.laneId),
      claims.map(({ lane }) => lane.ordering),
      claims.map(({ count }) => count),
      claims.map(({ retryCount }) => retryCount),
      claims.map(({ lane }) => Math.round(lane.rateClockUs)),
      claims.map(({ lane }) => lane.requestIntervalUs),
      claims.map(({ lane }) => lane.hasLimits),
      claims.map(({ lane }) => lane.isFailing),
      lease.id,
      lease.leaseMs,
      lease.exclusiveMs,
      claims.map(({ lane, count, maxBytes }) =>
        count > 0 && maxBytes === 0 ? NO_BYTES_WAIT_MS : lane.emptyWaitMs,
      ),
      maxSuspects,
      claims.map(({ depth }) => depth),
      claims.map(({ maxBytes }) => maxBytes),
    ],
  );
  for (const row of rows) {
    if (row.attemptAt !== null) row.attemptAt = Number(row.attemptAt);
    if (row.publishedAt !== null) row.publishedAt = Number(row.publishedAt);
  }
  return rows as ClaimedDelivery[];
}

/** SQL: locks and returns up to `limit` deliveries that are due in the lane `c` and not held back by subject order. */
function dueSql(session: Session, retry: boolean, limit: string): string {
  const { deliveries, events } = session.tables;
  const names = {
    tenant: 'v.tenant_id',
    subject: 'v.subject',
    sequence: 'v.sequence',
    lane: 'd.lane_id',
    ordering: 'c.ordering',
  };
  return `
    select d.id, d.claims, v.subject, v.sequence,
           case when octet_length(d.body) > ${LARGE_BODY_BYTES} then octet_length(d.body) else 0 end as bytes
      from (select id from ${deliveries}
             where lane_id = c.lane_id and retry = ${retry} and next_at <= ${nowMs(1)}
             order by next_at, id limit case when ${limit} > 0 then c.depth else 0 end) i
      join ${deliveries} d on d.id = i.id
      join ${events} v on v.sequence = d.event_sequence
     where d.next_at <= ${nowMs(1)} and not ${isHeldByEarlier(session, names)}
           ${retry ? `and not ${isPassedByLater(session, names)}` : ''}
     order by d.next_at, d.id
     limit ${limit}
       for no key update of d skip locked`;
}

/** SQL: in the lane `c`, the earliest due time of the deliveries that were not picked. */
function nextDueSql(session: Session, retry: boolean): string {
  return `
    (select d.next_at from ${session.tables.deliveries} d
      where d.lane_id = c.lane_id and d.retry = ${retry} and d.next_at is not null
        -- "not in" hashes the picked deliveries once. "not exists" would compare each row with all of them.
        and d.id not in (select id from picked)
      order by d.next_at limit 1)`;
}
