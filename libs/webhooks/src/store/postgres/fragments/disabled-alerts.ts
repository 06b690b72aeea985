import type { Session } from '../connection/session.js';
import { nowMs } from './expressions.js';

/** A backlog is counted up to this number. */
const MAX_WAITING_COUNTED = 10_001;

/**
 * SQL that writes an alert for each endpoint in the statement's CTE `disabled(id, tenant_id, state_reason, state_at)`.
 * Parameter `$1` is the clock's offset.
 */
export function disabledAlertsSql(session: Session): string {
  const { alerts, deliveries, lanes } = session.tables;
  return `
    insert into ${alerts} (tenant_id, endpoint_id, kind, dedupe_key, data, created_at, next_at)
    select d.tenant_id, d.id, 'endpoint.disabled', 'endpoint.disabled:' || d.id || ':' || d.state_at,
           json_build_object('lane', l.id::text, 'reason', d.state_reason, 'since', l.failing_since, 'waiting', (
             select count(*) from (select 1 from ${deliveries} w
                                    where w.lane_id = l.id and w.next_at is not null limit ${MAX_WAITING_COUNTED}) waiting))::text,
           ${nowMs(1)}, ${nowMs(1)}
      from disabled d
      join ${lanes} l on l.endpoint_id = d.id
     order by d.id
    on conflict (dedupe_key) do nothing`;
}
