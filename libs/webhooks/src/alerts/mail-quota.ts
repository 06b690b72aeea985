import type { AlertStore, DueAlert, MailRecipient } from '../store/alert-store.js';
import type { ClaimedAlert } from './claimed-alert.js';

/** Mails that one address of a tenant gets in a day (UTC). Further alerts of the day arrive in one summary. */
export const MAX_MAILS_PER_DAY = 10;

interface AddressedAlert extends DueAlert {
  recipient: string;
}

/**
 * Distributes the day's mails in the order of `alerts`, and stores which alerts got a mail and which alerts are held
 * for the summary. Counts by tenant and address: no tenant can use up another tenant's mails. Needs the lock of
 * `lockAlerts`: without this lock, two processes at once could exceed the quota.
 */
export async function assignMailQuota(tx: AlertStore, alerts: readonly DueAlert[]): Promise<ClaimedAlert[]> {
  const candidates = alerts.filter(needsMail);
  if (candidates.length === 0) return alerts.map(claimUnchanged);
  const mailCounts = new Map(
    (await tx.countMailsToday(candidates)).map((each) => [keyOf(each), each.mails] as const),
  );
  const mailed: AddressedAlert[] = [];
  const held: AddressedAlert[] = [];
  const claimed = alerts.map((alert) => {
    if (!needsMail(alert)) return claimUnchanged(alert);
    const mails = mailCounts.get(keyOf(alert)) ?? 0;
    if (mails >= MAX_MAILS_PER_DAY) {
      held.push(alert);
      return { ...alert, recipient: null, isLastMail: false };
    }
    mailCounts.set(keyOf(alert), mails + 1);
    mailed.push(alert);
    return { ...alert, isLastMail: mails + 1 === MAX_MAILS_PER_DAY };
  });
  if (mailed.length > 0) await tx.markMailed(mailed);
  if (held.length > 0) {
    await tx.markHeld(held);
    await tx.insertSummaries(held);
  }
  return claimed;
}

/**
 * Whether the quota has to decide on the alert. The quota does not limit summaries. A retried alert keeps the decision
 * of its first try. An alert without an address is not mailed.
 */
function needsMail(alert: DueAlert): alert is AddressedAlert {
  return alert.recipient !== null && alert.kind !== 'alerts.summary' && !alert.isMailed && !alert.isHeld;
}

function claimUnchanged(alert: DueAlert): ClaimedAlert {
  return { ...alert, recipient: alert.isHeld ? null : alert.recipient, isLastMail: false };
}

function keyOf({ tenantId, recipient }: MailRecipient): string {
  return JSON.stringify([tenantId, recipient]);
}
