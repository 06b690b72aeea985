import type { EntityManager } from 'typeorm';
import type { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';
import type { AlertKind } from '../core/states.js';
import type { AlertData } from '../store/alert-store.js';
import { tryParseJson } from '../core/parse-json.js';
import { type MailDecision, assignMailQuota } from './mail-quota.js';

/** An alert that this sender has until its lease runs out. */
export interface ClaimedAlert {
  /** The database's number. */
  id: string;
  kind: AlertKind;
  tenantId: string;
  /** UUID; `null` for callbacks and summaries. */
  endpointId: string | null;
  /** Of the endpoint; `null` for callbacks, summaries, and an endpoint that is no more. */
  url: string | null;
  data: AlertData;
  /** Its row cannot be read: somebody changed it by hand. */
  damaged: boolean;
  createdAt: number;
  /** Tries, this one included. */
  attempts: number;
  /** Channels that have it already. */
  takenBy: string[];
  mail: MailDecision;
  /** The database's clock at the claim, epoch milliseconds. */
  now: number;
}

interface Row {
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

/**
 * Claims up to `limit` alerts that are due, the longest waiting first, for `leaseMs`, and decides which of them may be
 * mailed. One sender at a time: where another is at it this answers none, and the next look comes soon.
 */
export async function claimAlerts(
  database: Session,
  limit: number,
  leaseMs: number,
): Promise<ClaimedAlert[]> {
  return database.transaction(async (tx) => {
    const [lock] = await database.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as mine`,
      [database.tables.alerts],
      tx,
    );
    if (!lock!.mine) return [];
    const rows = await dueRows(database, tx, limit);
    if (rows.length === 0) return [];
    const options = await assignMailQuota(
      database,
      tx,
      rows.map((row) => ({
        id: row.id,
        tenantId: row.tenant_id,
        recipient: row.recipient,
        summary: row.kind === 'alerts.summary',
        mailed: row.mailed_at !== null,
        held: row.held_at !== null,
      })),
    );
    await database.query(
      `update ${database.tables.alerts}
          set next_at = ${nowMs(1)} + $2::bigint, attempts = attempts + 1
        where id = any($3::bigint[])`,
      [database.clockOffset, leaseMs, rows.map((row) => row.id)],
      tx,
    );
    return rows.map((row) => toClaimed(row, options.get(row.id)!));
  });
}

/** Its endpoint's address comes before the account's; mail about each failure only where that is switched on. */
async function dueRows(database: Session, tx: EntityManager, limit: number): Promise<Row[]> {
  const { accounts, alerts, endpoints } = database.tables;
  return database.query<Row>(
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
    [database.clockOffset, limit],
    tx,
  );
}

function toClaimed(row: Row, mail: MailDecision): ClaimedAlert {
  const data = tryParseJson(row.data);
  return {
    id: row.id,
    kind: row.kind,
    tenantId: row.tenant_id,
    endpointId: row.endpoint_id,
    url: row.url,
    data: data as AlertData,
    damaged: data === undefined,
    createdAt: Number(row.created_at),
    attempts: row.attempts + 1,
    takenBy: row.taken_by === null ? [] : ((tryParseJson(row.taken_by) ?? []) as string[]),
    mail,
    now: Number(row.now),
  };
}
