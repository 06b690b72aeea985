import type { PausedBacklog } from '../../maintenance-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** Lanes per batch. Few, because each may have a long backlog to count. */
const MAX_LANES_COUNTED = 10;
const MAX_ROWS_DISCARDED = 1_000;
/** Share of the limit at which the owner is alerted. */
const ALERT_FROM = 0.8;

/** Counts backlogs in the background, so that publishing and relaying need no counter. */
export function checkPausedBacklogs(
  session: Session,
  maxWaiting: number,
  after: string,
): Promise<PausedBacklog[]> {
  const { alerts, deliveries, endpoints, lanes } = session.tables;
  const key = `'endpoint.backlog_filling:' || c.id || ':' || c.paused_at`;
  return session.queryUnlogged<PausedBacklog>(
    `with paused as materialized (
       select l.id, l.tenant_id, l.endpoint_id, e.state_at as paused_at
         from ${lanes} l
         join ${endpoints} e on e.id = l.endpoint_id
        where l.state = 'paused' and l.operator_paused_at is null and l.id > $3
        order by l.id
        limit ${MAX_LANES_COUNTED}
     ), counted as materialized (
       select p.*, (select count(*)::int from (select 1 from ${deliveries} d
                                                where d.lane_id = p.id and d.next_at is not null
                                                limit $2::int + 1) waiting) as waiting
         from paused p
     ), alerted as (
       insert into ${alerts} (tenant_id, endpoint_id, kind, dedupe_key, data, created_at, next_at)
       select c.tenant_id, c.endpoint_id, 'endpoint.backlog_filling', ${key},
              json_build_object('lane', c.id::text, 'since', c.paused_at, 'backlog', least(c.waiting, $2::int), 'limit', $2::int)::text,
              ${nowMs(1)}, ${nowMs(1)}
         from counted c
        where c.waiting >= $2::int * ${ALERT_FROM}
          and not exists (select 1 from ${alerts} a where a.dedupe_key = ${key})
        order by c.id
       on conflict (dedupe_key) do nothing
     )
     select id as "laneId", endpoint_id as "endpointId", waiting > $2::int as "isOverLimit"
       from counted
      order by id`,
    [session.clockOffset, maxWaiting, after],
  );
}

/**
 * Reads the index of due deliveries backwards: first skips the deliveries that stay, then picks the deliveries to
 * discard.
 */
export async function discardPausedBacklog(
  session: Session,
  laneId: string,
  maxWaiting: number,
): Promise<number> {
  const { deliveries, lanes } = session.tables;
  // The delivery's state is checked again when its row is locked. So if two processes discard the same delivery, only
  // one of them counts it.
  const rows = await session.query<{ id: string }>(
    `with picked as materialized (
       select d.id
         from ${deliveries} d
        where d.lane_id = $2 and d.next_at is not null
          and exists (select 1 from ${lanes} l where l.id = $2 and l.state = 'paused' and l.operator_paused_at is null)
        order by d.retry desc, d.next_at desc, d.id desc
       offset $3
        limit ${MAX_ROWS_DISCARDED}
     )
     update ${deliveries} d
        set state = 'discarded', reason = 'backlog-full', next_at = null, finished_at = ${nowMs(1)}, failed_at = ${nowMs(1)}
       from picked p
      where d.id = p.id and d.state = 'pending'
     returning d.id`,
    [session.clockOffset, laneId, maxWaiting],
  );
  return rows.length;
}
