import type { AlertKind } from '../../../core/states.js';
import { tryParseJson } from '../../../core/parse-json.js';
import type { AlertData, DueAlert } from '../../alert-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

interface AlertRow {
  id: string;
  kind: AlertKind;
  tenant_id: string;
  endpoint_id: string | null;
  data: string;
  created_at: string;
  attempts: number;
  taken_by: string | null;
  mailed_at: string | null;
  held_at: string | null;
  url: string | null;
  recipient: string | null;
  now: string;
}

export async function lockAlerts(session: Session): Promise<boolean> {
  const [lock] = await session.query<{ acquired: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as acquired`,
    [session.tables.alerts],
  );
  return lock!.acquired;
}

export async function listDueAlerts(session: Session, limit: number): Promise<DueAlert[]> {
  const { accounts, alerts, endpoints } = session.tables;
  const rows = await session.query<AlertRow>(
    `select a.id, a.kind, a.tenant_id, a.endpoint_id, a.data, a.created_at, a.attempts, a.taken_by, a.mailed_at, a.held_at, e.url,
            case when a.kind = 'alerts.summary' then a.recipient
                 when a.kind = 'delivery.failed' and not e.send_alert_email then null
                 else coalesce(e.alert_email, c.alert_email) end as recipient,
            ${nowMs(1)} as now
       from ${alerts} a
       left join ${endpoints} e on e.id = a.endpoint_id
       left join ${accounts} c on c.tenant_id = a.tenant_id
      where a.next_at <= ${nowMs(1)}
      order by a.next_at, a.id
      limit $2
        for no key update of a skip locked`,
    [session.clockOffset, limit],
  );
  return rows.map(toDueAlert);
}

export async function leaseAlerts(session: Session, ids: readonly string[], leaseMs: number): Promise<void> {
  await session.query(
    `update ${session.tables.alerts}
        set next_at = ${nowMs(1)} + $2::bigint, attempts = attempts + 1
      where id = any($3::bigint[])`,
    [session.clockOffset, leaseMs, ids],
  );
}

function toDueAlert(row: AlertRow): DueAlert {
  return {
    id: row.id,
    kind: row.kind,
    tenantId: row.tenant_id,
    endpointId: row.endpoint_id,
    url: row.url,
    data: (tryParseJson(row.data) as AlertData | undefined) ?? null,
    createdAt: Number(row.created_at),
    attempts: row.attempts + 1,
    takenBy: row.taken_by === null ? [] : ((tryParseJson(row.taken_by) ?? []) as string[]),
    recipient: row.recipient,
    isMailed: row.mailed_at !== null,
    isHeld: row.held_at !== null,
    now: Number(row.now),
  };
}
