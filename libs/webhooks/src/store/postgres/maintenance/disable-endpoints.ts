import type { Reason } from '../../../core/states.js';
import type { DisabledEndpoint } from '../../maintenance-store.js';
import type { Session } from '../connection/session.js';
import { disabledAlertsSql } from '../fragments/disabled-alerts.js';
import { nowMs } from '../fragments/expressions.js';

/** It takes at least this many failed deliveries to disable a failing endpoint, however long it has been failing. */
export const MIN_FAILURES_TO_DISABLE = 10;
const MAX_ENDPOINTS_DISABLED = 100;

export async function disableEndpoint(
  session: Session,
  endpointId: string,
  reason: Reason,
): Promise<boolean> {
  const { endpoints, lanes } = session.tables;
  const rows = await session.query<{ id: string }>(
    `with disabled as (
       update ${endpoints}
          set state = 'disabled', state_reason = $3, state_at = ${nowMs(1)}, updated_at = ${nowMs(1)}
        where id = $2 and state <> 'disabled' and deleted_at is null
       returning id, tenant_id, state_reason, state_at
     ), alerted as (${disabledAlertsSql(session)}
     )
     update ${lanes} l
        set state = 'closed', next_due_at = ${nowMs(1)}
       from disabled d
      where l.endpoint_id = d.id
     returning d.id`,
    [session.clockOffset, endpointId, reason],
  );
  return rows.length > 0;
}

export async function disableFailingEndpoints(
  session: Session,
  disableAfterMs: number,
  exemptProfiles: readonly string[],
): Promise<DisabledEndpoint[]> {
  const { endpoints, lanes } = session.tables;
  return session.queryUnlogged<DisabledEndpoint>(
    `with failing as materialized (
       select l.id, l.endpoint_id
         from ${lanes} l
         join ${endpoints} e on e.id = l.endpoint_id
        where l.failing_since <= ${nowMs(1)} - $2::bigint and l.failures >= ${MIN_FAILURES_TO_DISABLE} and l.state = 'open'
          and not (e.profile = any($3::text[]))
        limit ${MAX_ENDPOINTS_DISABLED}
          for no key update of l skip locked
     ), closed as (
       update ${lanes} l set state = 'closed', next_due_at = ${nowMs(1)} from failing f where l.id = f.id
     ), disabled as (
       update ${endpoints} e
          set state = 'disabled', state_reason = 'endpoint-failing', state_at = ${nowMs(1)}, updated_at = ${nowMs(1)}
         from failing f
        where e.id = f.endpoint_id and e.state <> 'disabled'
       returning e.id, e.tenant_id, e.state_reason, e.state_at
     ), alerted as (${disabledAlertsSql(session)}
     )
     select id, tenant_id as "tenantId" from disabled`,
    [session.clockOffset, disableAfterMs, exemptProfiles],
  );
}

/** Writes the alert about an endpoint that this transaction has disabled. */
export async function insertDisabledAlert(session: Session, endpointId: string): Promise<void> {
  await session.query(
    `with disabled as (
       select id, tenant_id, state_reason, state_at from ${session.tables.endpoints} where id = $2
     )
     ${disabledAlertsSql(session)}`,
    [session.clockOffset, endpointId],
  );
}
