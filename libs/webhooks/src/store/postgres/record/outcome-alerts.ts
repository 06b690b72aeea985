import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** A failed outcome whose endpoint's owner asked to hear of it, before the limit on how often. */
export interface FailureAlert {
  deliveryId: string;
  /** `delivery.exhausted` gathers what comes while none may be sent; `delivery.failed` passes over it. */
  kind: 'delivery.exhausted' | 'delivery.failed';
  /** What the limit counts by, without a colon. */
  scope: string;
  /** One alert for each scope in this time, ms. More than 0. */
  everyMs: number;
  /** {@link AlertData} as JSON text. */
  data: string;
}

/*
 * Both are parts of the statement that records outcomes. They read `done(id, lane_id)`, the outcomes that were written,
 * and `settled(id, tenant_id, endpoint_id, origin, state, healthy, since, failures)`, the lanes that were touched: their
 * locks are held by then, so that two workers cannot block each other here.
 */

/** SQL that writes an alert for each lane that turned. It is in every such statement, so it is as little as can be. */
export function turnAlerts(database: Session): string {
  return `
    insert into ${database.tables.alerts} (tenant_id, endpoint_id, kind, dedupe_key, data, created_at, next_at)
    select tenant_id, endpoint_id, kind, kind || ':' || id || ':' || since,
           json_build_object('lane', id::text, 'origin', origin, 'since', since, 'failures', failures)::text, ${nowMs(1)}, ${nowMs(1)}
      from (select *, case when healthy then 'endpoint.recovered' else 'endpoint.failing' end as kind
              from settled
             where healthy is not null and state <> 'closed') turned
    on conflict (dedupe_key) do nothing`;
}

/**
 * SQL that writes an alert for each scope of the occasions, where its limit allows one. Time is cut into spans as long as
 * the limit; the span is in the key, so that two workers write one. Binds {@link occasionParameters} from `$from` on.
 */
export function occasionAlerts(database: Session, from: number): string {
  const { alerts } = database.tables;
  const key = (span: string): string => `o.kind || ':' || o.scope || ':' || (${span})`;
  return `
    insert into ${alerts} as written (tenant_id, endpoint_id, kind, dedupe_key, data, created_at, next_at)
    select s.tenant_id, s.endpoint_id, o.kind, ${key("greatest(o.span, split_part(last.dedupe_key, ':', 3)::bigint + 1)")} as dedupe_key,
           o.data, ${nowMs(1)},
           case when last.id is null then ${nowMs(1)} else greatest(${nowMs(1)}, coalesce(last.sent_at, ${nowMs(1)}) + o.every) end
      from (select distinct on (i.kind, i.scope) i.*, d.lane_id, ${nowMs(1)} / i.every as span
              from unnest($${from}::bigint[], $${from + 1}::text[], $${from + 2}::text[], $${from + 3}::bigint[], $${from + 4}::text[])
                as i(delivery_id, kind, scope, every, data)
              join done d on d.id = i.delivery_id) o
      join settled s on s.id = o.lane_id
      left join lateral (
        select a.id, a.dedupe_key, a.created_at, a.sent_at, a.attempts
          from ${alerts} a
         where a.dedupe_key in (${key('o.span - 1')}, ${key('o.span')}, ${key('o.span + 1')})
         order by a.id desc
         limit 1) last on true
     where last.id is null
        -- What happens until a digest is on its way is counted in it; then the next one waits until it may go.
        or case when o.kind = 'delivery.exhausted' then last.attempts > 0 else last.created_at <= ${nowMs(1)} - o.every end
     order by dedupe_key
    -- Another worker wrote it just now, perhaps later than this one began: what a digest counts starts with the earlier.
    on conflict (dedupe_key) do update set created_at = least(written.created_at, excluded.created_at)`;
}

/** What {@link occasionAlerts} binds. */
export function occasionParameters(occasions: readonly FailureAlert[]): unknown[] {
  return [
    occasions.map((occasion) => occasion.deliveryId),
    occasions.map((occasion) => occasion.kind),
    occasions.map((occasion) => occasion.scope),
    occasions.map((occasion) => occasion.everyMs),
    occasions.map((occasion) => occasion.data),
  ];
}
