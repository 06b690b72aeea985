import type { AlertCount, FailureCount, FailureSelection, MailRecipient } from '../../alert-store.js';
import type { Session } from '../connection/session.js';

/** Failed deliveries whose causes are counted, the newest. */
const MAX_FAILURES_COUNTED = 500;
/** Exhausted deliveries are counted up to this number. */
const MAX_EXHAUSTED_COUNTED = 10_000;
const DAY_MS = 24 * 3_600_000;

export async function countFailureCauses(
  session: Session,
  laneId: string,
  which: FailureSelection,
): Promise<FailureCount[]> {
  const [selected, since] =
    'exhaustedSince' in which
      ? [
          `failed_at >= $2 and state = 'exhausted' order by failed_at limit ${MAX_EXHAUSTED_COUNTED}`,
          which.exhaustedSince,
        ]
      : [
          `attempt_at >= $2 and error is not null order by id desc limit ${MAX_FAILURES_COUNTED}`,
          which.attemptedSince,
        ];
  return session.query<FailureCount>(
    `select status, error, count(*)::int as count
       from (select status, error from ${session.tables.deliveries} where lane_id = $1 and ${selected}) recent
      group by status, error
      order by count desc, status, error`,
    [laneId, since],
  );
}

export async function countHeldAlerts(
  session: Session,
  { tenantId, recipient }: MailRecipient,
  day: number,
): Promise<AlertCount[]> {
  return session.query<AlertCount>(
    `select kind, count(*)::int as count
       from ${session.tables.alerts}
      where tenant_id = $1 and recipient = $2 and held_at >= $3 and held_at < $4
      group by kind
      order by count desc, kind`,
    [tenantId, recipient, day, day + DAY_MS],
  );
}
