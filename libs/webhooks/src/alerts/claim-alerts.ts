import type { AlertStore } from '../store/alert-store.js';
import type { ClaimedAlert } from './claimed-alert.js';
import { assignMailQuota } from './mail-quota.js';

/**
 * Claims up to `limit` due alerts for `leaseMs` and decides which of them may be mailed. Both happen in one
 * transaction, so only leased alerts use up the day's quota. Returns no alerts while another process is claiming; the
 * next check for work follows soon.
 */
export async function claimAlerts(
  store: AlertStore,
  limit: number,
  leaseMs: number,
): Promise<ClaimedAlert[]> {
  return store.transaction(async (tx) => {
    if (!(await tx.lockAlerts())) return [];
    const alerts = await tx.listDueAlerts(limit);
    if (alerts.length === 0) return [];
    const claimed = await assignMailQuota(tx, alerts);
    await tx.leaseAlerts(
      alerts.map(({ id }) => id),
      leaseMs,
    );
    return claimed;
  });
}
