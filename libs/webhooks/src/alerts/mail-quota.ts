import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';

/** Mails that one address of a tenant gets in a day (UTC); the rest of the day comes in one summary after it. */
export const MAX_MAILS_PER_DAY = 10;
export const DAY_MS = 24 * 3_600_000;

/** Where an alert may be mailed. */
export interface MailDecision {
  /** `null`: not to be mailed. */
  recipient: string | null;
  /** It is the last of today's. */
  last: boolean;
}

/** An alert that is being claimed. */
export interface QuotaCandidate {
  id: string;
  tenantId: string;
  recipient: string | null;
  summary: boolean;
  /** An earlier try took one of the day's mails. */
  mailed: boolean;
  /** An earlier try found none left. */
  held: boolean;
}

const keyOf = (tenantId: string, recipient: string | null): string => JSON.stringify([tenantId, recipient]);

/**
 * Gives out the day's mails in the order of `alerts` and writes down who got one and who did not; those are told in a
 * summary, whose row is made here. A tenant cannot use up another's, whatever address it names. Answers by alert.
 * Needs the claim's lock: two at a time would give out a mail twice.
 */
export async function assignMailQuota(
  database: Session,
  tx: EntityManager,
  alerts: readonly QuotaCandidate[],
): Promise<Map<string, MailDecision>> {
  const options = new Map<string, MailDecision>();
  const given = await mailsToday(database, tx, alerts);
  const mailed: QuotaCandidate[] = [];
  const held: QuotaCandidate[] = [];
  for (const alert of alerts) {
    const { id, tenantId, recipient } = alert;
    options.set(id, { recipient: alert.held ? null : recipient, last: false });
    if (recipient === null || alert.summary || alert.mailed || alert.held) continue;
    const key = keyOf(tenantId, recipient);
    const before = given.get(key) ?? 0;
    given.set(key, before + 1);
    (before < MAX_MAILS_PER_DAY ? mailed : held).push(alert);
    options.set(id, {
      recipient: before < MAX_MAILS_PER_DAY ? recipient : null,
      last: before === MAX_MAILS_PER_DAY - 1,
    });
  }
  await mark(database, tx, 'mailed_at', mailed);
  await mark(database, tx, 'held_at', held);
  await promiseSummaries(database, tx, held);
  return options;
}

async function mailsToday(
  database: Session,
  tx: EntityManager,
  alerts: readonly QuotaCandidate[],
): Promise<Map<string, number>> {
  const asked = alerts.filter((alert) => alert.recipient !== null);
  if (asked.length === 0) return new Map();
  const rows = await database.query<{ tenant_id: string; recipient: string; mails: number }>(
    `select a.tenant_id, a.recipient, count(*)::int as mails
       from (select distinct * from unnest($2::text[], $3::text[])) as i(tenant_id, recipient)
       join ${database.tables.alerts} a on a.tenant_id = i.tenant_id and a.recipient = i.recipient
      where a.mailed_at >= ${nowMs(1)} / ${DAY_MS} * ${DAY_MS}
      group by a.tenant_id, a.recipient`,
    [database.clockOffset, asked.map((alert) => alert.tenantId), asked.map((alert) => alert.recipient)],
    tx,
  );
  return new Map(rows.map((row) => [keyOf(row.tenant_id, row.recipient), row.mails]));
}

async function mark(
  database: Session,
  tx: EntityManager,
  column: 'mailed_at' | 'held_at',
  alerts: readonly QuotaCandidate[],
): Promise<void> {
  if (alerts.length === 0) return;
  await database.query(
    `update ${database.tables.alerts} a
        set recipient = i.recipient, ${column} = ${nowMs(1)}
       from unnest($2::bigint[], $3::text[]) as i(id, recipient)
      where a.id = i.id`,
    [database.clockOffset, alerts.map((alert) => alert.id), alerts.map((alert) => alert.recipient)],
    tx,
  );
}

/** One for each address and day, due when the day is over. */
async function promiseSummaries(
  database: Session,
  tx: EntityManager,
  held: readonly QuotaCandidate[],
): Promise<void> {
  if (held.length === 0) return;
  const today = `(${nowMs(1)} / ${DAY_MS} * ${DAY_MS})`;
  await database.query(
    `insert into ${database.tables.alerts} (tenant_id, kind, dedupe_key, data, created_at, next_at, recipient)
     select i.tenant_id, 'alerts.summary', 'alerts.summary:' || i.scope || ':' || ${today},
            json_build_object('day', ${today})::text, ${nowMs(1)}, ${today} + ${DAY_MS}, i.recipient
       from unnest($2::text[], $3::text[], $4::text[]) as i(tenant_id, recipient, scope)
      order by i.scope
     on conflict (dedupe_key) do nothing`,
    [
      database.clockOffset,
      held.map((alert) => alert.tenantId),
      held.map((alert) => alert.recipient),
      held.map((alert) => createHash('sha256').update(keyOf(alert.tenantId, alert.recipient)).digest('hex')),
    ],
    tx,
  );
}
