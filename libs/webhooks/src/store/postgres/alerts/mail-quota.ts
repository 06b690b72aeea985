import { createHash } from 'node:crypto';
import type { MailRecipient } from '../../alert-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const DAY_MS = 24 * 3_600_000;
/** SQL for the start of the current day (UTC). */
const TODAY = `(${nowMs(1)} / ${DAY_MS} * ${DAY_MS})`;

export async function countMailsToday(
  session: Session,
  recipients: readonly MailRecipient[],
): Promise<(MailRecipient & { mails: number })[]> {
  return session.query<MailRecipient & { mails: number }>(
    `select a.tenant_id as "tenantId", a.recipient, count(*)::int as mails
       from (select distinct * from unnest($2::text[], $3::text[])) as i(tenant_id, recipient)
       join ${session.tables.alerts} a on a.tenant_id = i.tenant_id and a.recipient = i.recipient
      where a.mailed_at >= ${TODAY}
      group by a.tenant_id, a.recipient`,
    [session.clockOffset, recipients.map((each) => each.tenantId), recipients.map((each) => each.recipient)],
  );
}

/** Writes the current time into `mailed_at` of alerts that may be mailed, or into `held_at` of alerts that are held back. */
export async function markAlerts(
  session: Session,
  column: 'mailed_at' | 'held_at',
  alerts: readonly { id: string; recipient: string }[],
): Promise<void> {
  await session.query(
    `update ${session.tables.alerts} a
        set recipient = i.recipient, ${column} = ${nowMs(1)}
       from unnest($2::bigint[], $3::text[]) as i(id, recipient)
      where a.id = i.id`,
    [session.clockOffset, alerts.map((alert) => alert.id), alerts.map((alert) => alert.recipient)],
  );
}

export async function insertSummaries(session: Session, recipients: readonly MailRecipient[]): Promise<void> {
  await session.query(
    `insert into ${session.tables.alerts} (tenant_id, kind, dedupe_key, data, created_at, next_at, recipient)
     select i.tenant_id, 'alerts.summary', 'alerts.summary:' || i.scope || ':' || ${TODAY},
            json_build_object('day', ${TODAY})::text, ${nowMs(1)}, ${TODAY} + ${DAY_MS}, i.recipient
       from unnest($2::text[], $3::text[], $4::text[]) as i(tenant_id, recipient, scope)
      order by i.scope
     on conflict (dedupe_key) do nothing`,
    [
      session.clockOffset,
      recipients.map((each) => each.tenantId),
      recipients.map((each) => each.recipient),
      recipients.map(scopeOf),
    ],
  );
}

/** A hash, because the tenant and the address together may be too long for the key's column. */
function scopeOf({ tenantId, recipient }: MailRecipient): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantId, recipient]))
    .digest('hex');
}
