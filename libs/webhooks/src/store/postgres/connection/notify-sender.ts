import { LineLogger } from '../../../core/line-logger.js';
import type { CommittedWork } from '../../store.js';
import type { Session } from './session.js';

/**
 * Tells other processes of commits by NOTIFY, after the commit: inside the host's transaction it would put all commits in
 * a row. The first one of a quiet moment is told at once; those that follow while its NOTIFY is on the way are told of
 * together, with the next. It uses the host's pool, so it costs no connection, and an idle process sends nothing.
 */
export class NotifySender {
  private readonly logger = new LineLogger('WebhookWakeChannel');
  /** Of the commits that are not told of yet. */
  private unsaid: CommittedWork = { events: false, lanes: false };
  private isSending = false;
  private hasFailed = false;
  private isStopped = false;

  constructor(
    private readonly database: Session,
    private readonly channel: string,
  ) {}

  /** A transaction with work for other processes has committed here. */
  notify({ events, lanes }: CommittedWork): void {
    if (this.isStopped) return;
    this.unsaid.events ||= events;
    this.unsaid.lanes ||= lanes;
    if (!this.isSending) void this.sendAll();
  }

  /** What is on the way still goes out, but nobody waits for it: a shutdown must not depend on the database. */
  stop(): void {
    this.isStopped = true;
  }

  private async sendAll(): Promise<void> {
    this.isSending = true;
    while (this.unsaid.events || this.unsaid.lanes) {
      const { events, lanes } = this.unsaid;
      this.unsaid = { events: false, lanes: false };
      // Without a payload: both.
      const only = events && lanes ? '' : `, '${events ? 'events' : 'lanes'}'`;
      try {
        await this.database.queryUnlogged(`notify ${this.channel}${only}`, []);
        this.hasFailed = false;
      } catch (error) {
        if (!this.hasFailed && !this.isStopped)
          this.logger.warn(
            `NOTIFY failed (${(error as Error).message}): other processes find the work when they poll`,
          );
        this.hasFailed = true;
      }
    }
    this.isSending = false;
  }
}
