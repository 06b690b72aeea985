import { disabledAlertsSql } from '../fragments/disabled-alerts.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import type { Reason } from '../../../core/states.js';

/**
 * Disables an active or paused endpoint, closes its lane and writes the alert in one statement: no turn comes after it, its backlog is
 * discarded in batches. Answers whether it was this call that did it.
 */
export async function disableEndpoint(
  database: Session,
  endpointId: string,
  reason: Reason,
): Promise<boolean> {
  const { endpoints, lanes } = database.tables;
  const rows = await database.query<{ id: string }>(
    `with disabled as (
       update ${endpoints}
          set state = 'disabled', state_reason = $3, state_at = ${nowMs(1)}, updated_at = ${nowMs(1)}
        where id = $2 and state <> 'disabled' and deleted_at is null
       returning id, tenant_id, state_reason, state_at
     ), alerted as (${disabledAlertsSql(database)}
     )
     update ${lanes} l
        set state = 'closed', next_due_at = ${nowMs(1)}
       from disabled d
      where l.endpoint_id = d.id
     returning d.id`,
    [database.clockOffset, endpointId, reason],
  );
  return rows.length > 0;
}
