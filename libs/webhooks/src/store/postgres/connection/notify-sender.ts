import { LineLogger } from '../../../core/line-logger.js';
import type { CommittedWork } from '../../store.js';
import type { Session } from './session.js';

/**
 * After a commit, announces to other processes the work that the transaction itself has not announced
 * (`publish/announce.ts`). If no NOTIFY is running, a commit gets one at once. Commits that follow while it is running
 * share the next one. Uses the host's pool, so it needs no connection of its own. An idle process sends nothing.
 */
export class NotifySender {
  private readonly logger = new LineLogger('WebhookWakeChannel');
  /** Committed work that is not announced yet. */
  private unsaid: CommittedWork = { events: false, lanes: false };
  private sending = false;
  private hasFailed = false;
  private isStopped = false;

  constructor(
    private readonly database: Session,
    private readonly channel: string,
  ) {}

  /** A NOTIFY is running. The next NOTIFY announces the work that commits meanwhile. */
  get isSending(): boolean {
    return this.sending;
  }

  /** A transaction with work for other processes has committed here. */
  notify({ events, lanes }: CommittedWork): void {
    if (this.isStopped) return;
    this.unsaid.events ||= events;
    this.unsaid.lanes ||= lanes;
    if (!this.sending) void this.sendAll();
  }

  /** Does not wait for a running NOTIFY, because a shutdown must not depend on the database. */
  stop(): void {
    this.isStopped = true;
  }

  private async sendAll(): Promise<void> {
    this.sending = true;
    while (this.unsaid.events || this.unsaid.lanes) {
      const { events, lanes } = this.unsaid;
      this.unsaid = { events: false, lanes: false };
      // An empty payload means events and lanes.
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
    this.sending = false;
  }
}
