import type { AlertKind } from '../core/states.js';
import type { AlertCount, AlertStore, FailureCount } from '../store/alert-store.js';
import type { ClaimedAlert } from './claimed-alert.js';

/** The stored start of the failures is when the first one was recorded; its attempt began at most this long before. */
const MAX_ATTEMPT_MS = 60_000;

const WITHOUT_CAUSE: ReadonlySet<AlertKind> = new Set(['endpoint.recovered', 'endpoint.backlog_filling']);

/** What an alert is about, read when it is sent: it includes what has happened since. */
export interface AlertFacts {
  /** The most frequent first. */
  causes: FailureCount[];
  /** Only of a summary: the alerts that were not mailed, by kind. */
  held: AlertCount[];
}

export async function readAlertFacts(store: AlertStore, alert: ClaimedAlert): Promise<AlertFacts> {
  const { kind, tenantId, recipient, createdAt } = alert;
  const { lane, day, since, reason } = alert.data!;
  if (kind === 'alerts.summary') {
    return { causes: [], held: await store.countHeldAlerts({ tenantId, recipient: recipient! }, day!) };
  }
  // Neither a success nor a pause nor the operator's decision has causes.
  if (lane === undefined || WITHOUT_CAUSE.has(kind) || reason === 'operator') {
    return { causes: [], held: [] };
  }
  const causes = await store.countFailureCauses(
    lane,
    kind === 'delivery.exhausted'
      ? { exhaustedSince: createdAt }
      : { attemptedSince: (since ?? createdAt) - MAX_ATTEMPT_MS },
  );
  return { causes, held: [] };
}
