/** Key of an advisory lock. The transaction that holds it announces its events. */
const ANNOUNCING_LOCK = '8602431975310642';

/**
 * SQL that announces events by a NOTIFY in their own transaction. PostgreSQL sends the NOTIFY at the commit, without another
 * statement. The SQL announces nothing and returns false in three cases:
 * - Another open transaction already announces its events. PostgreSQL commits transactions with a NOTIFY one after the
 *   other.
 * - The server allows two-phase commits. After a NOTIFY, PREPARE TRANSACTION would fail.
 * - The queue of notifications is half full. With a full queue, the commit would fail. A session that listens and does not end
 *   its transaction can fill the queue.
 *
 * @param parameters parameters of the statement; the channel is added to them
 * @param channel the channel on which other processes listen; `null`: nothing is announced
 */
export function announce(parameters: unknown[], channel: string | null): string {
  if (channel === null) return 'false';
  return `case when current_setting('max_prepared_transactions') = '0' and pg_notification_queue_usage() < 0.5
                    and pg_try_advisory_xact_lock(${ANNOUNCING_LOCK})
               then pg_notify($${parameters.push(channel)}, 'events')::text is not null else false end`;
}
