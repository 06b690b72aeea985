import type { Session } from '../store/postgres/connection/session.js';
import type { ClaimedAlert } from './claim-alerts.js';
import { DAY_MS } from './mail-quota.js';

/** Deliveries looked at for causes, the newest. */
const LOOKED_AT = 500;
/** Given-up deliveries are counted up to here. */
const MOST_COUNTED = 10_000;
/** The first failure of a time of failure was recorded when that began: its attempt is older by this at most, ms. */
const LONGEST_ATTEMPT = 60_000;

/** One cause of failure and how often it was seen. */
export interface FailureCount {
  /** Of the answer; `null`: none came. */
  status: number | null;
  /** Class of the failure. */
  error: string | null;
  count: number;
}

/** What an alert is about, read when it is sent: what happened since is in it. */
export interface AlertFacts {
  /** The commonest first. */
  causes: FailureCount[];
  /** Of a summary: alerts by kind. */
  held: { kind: string; count: number }[];
}

export async function readAlertFacts(database: Session, alert: ClaimedAlert): Promise<AlertFacts> {
  if (alert.kind === 'alerts.summary') return { causes: [], held: await heldAlerts(database, alert) };
  if (
    alert.data.lane === undefined ||
    alert.kind === 'endpoint.recovered' ||
    alert.data.reason === 'operator'
  )
    return { causes: [], held: [] };
  const since = alert.data.since ?? alert.createdAt;
  const causes =
    alert.kind === 'delivery.exhausted'
      ? await causesOf(
          database,
          `failed_at >= $2 and state = 'exhausted' order by failed_at limit ${MOST_COUNTED}`,
          [alert.data.lane, alert.createdAt],
        )
      : await causesOf(
          database,
          `attempt_at >= $2 and error is not null order by id desc limit ${LOOKED_AT}`,
          [alert.data.lane, since - LONGEST_ATTEMPT],
        );
  return { causes, held: [] };
}

async function causesOf(database: Session, where: string, parameters: unknown[]): Promise<FailureCount[]> {
  return database.query<FailureCount>(
    `select status, error, count(*)::int as count
       from (select status, error from ${database.tables.deliveries} where lane_id = $1 and ${where}) recent
      group by status, error
      order by count desc, status, error`,
    parameters,
  );
}

async function heldAlerts(
  database: Session,
  { tenantId, mail, data }: ClaimedAlert,
): Promise<AlertFacts['held']> {
  return database.query<{ kind: string; count: number }>(
    `select kind, count(*)::int as count
       from ${database.tables.alerts}
      where tenant_id = $1 and recipient = $2 and held_at >= $3 and held_at < $4
      group by kind
      order by count desc, kind`,
    [tenantId, mail.recipient, data.day, data.day! + DAY_MS],
  );
}
