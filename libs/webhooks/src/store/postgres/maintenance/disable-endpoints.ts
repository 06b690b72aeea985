import { disabledAlertsSql } from '../fragments/disabled-alerts.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** Fewer failed deliveries than this disable nothing, however long ago the first was. */
export const MIN_FAILURES_TO_DISABLE = 10;

/**
 * Disables endpoints that have failed for longer than `disableAfterMs` with no success, and closes their lanes.
 * `exempt`: profiles whose platform promises not to. Answers the endpoints (UUID and tenant).
 */
export async function disableFailingEndpoints(
  database: Session,
  disableAfterMs: number,
  exempt: readonly string[],
): Promise<{ id: string; tenantId: string }[]> {
  const { endpoints, lanes } = database.tables;
  return database.query<{ id: string; tenantId: string }>(
    `with failing as materialized (
       select l.id, l.endpoint_id
         from ${lanes} l
         join ${endpoints} e on e.id = l.endpoint_id
        where l.failing_since <= ${nowMs(1)} - $2::bigint and l.failures >= ${MIN_FAILURES_TO_DISABLE} and l.state = 'open'
          and not (e.profile = any($3::text[]))
        limit 100
          for no key update of l skip locked
     ), closed as (
       update ${lanes} l set state = 'closed', next_due_at = ${nowMs(1)} from failing f where l.id = f.id
     ), disabled as (
       update ${endpoints} e
          set state = 'disabled', state_reason = 'endpoint-failing', state_at = ${nowMs(1)}, updated_at = ${nowMs(1)}
         from failing f
        where e.id = f.endpoint_id and e.state <> 'disabled'
       returning e.id, e.tenant_id, e.state_reason, e.state_at
     ), alerted as (${disabledAlertsSql(database)}
     )
     select id, tenant_id as "tenantId" from disabled`,
    [database.clockOffset, disableAfterMs, exempt],
  );
}
