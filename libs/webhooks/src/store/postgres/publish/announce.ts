/** Key of an advisory lock. The transaction that holds it announces its events. */
const ANNOUNCING_LOCK = '8602431975310642';

/**
 * SQL that announces events by a NOTIFY in their own transaction: it is sent at the commit, and needs no other statement. The
 * SQL is false if it announces nothing, because
 * - another transaction that announces is open: PostgreSQL commits transactions with a NOTIFY one after the other;
 * - transactions may be prepared for a two-phase commit: those with a NOTIFY cannot be;
 * - the queue of notifications is half full, which a session that listens and does not end its transaction can cause: with a
 *   full queue, the commit would fail.
 *
 * @param parameters of the statement; the channel is added to them
 * @param channel where others listen; `null`: nothing is announced
 */
export function announce(parameters: unknown[], channel: string | null): string {
  if (channel === null) return 'false';
  return `case when current_setting('max_prepared_transactions') = '0' and pg_notification_queue_usage() < 0.5
                    and pg_try_advisory_xact_lock(${ANNOUNCING_LOCK})
               then pg_notify($${parameters.push(channel)}, 'events')::text is not null else false end`;
}
