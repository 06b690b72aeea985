import { createHash } from 'node:crypto';
import type { CommitNotifier, CommittedWork, LocalCommit } from '../../store.js';
import { NotifyListener } from './notify-listener.js';
import { NotifySender } from './notify-sender.js';
import type { Session } from './session.js';

/** LISTEN and NOTIFY on a channel of this module's tables. If a notification is lost, polling finds the work. */
export class NotifyChannel implements CommitNotifier {
  private readonly name: string;
  private readonly sender: NotifySender;
  private readonly listener: NotifyListener;
  private isNeeded = (): boolean => false;

  constructor(database: Session) {
    const tables = createHash('sha256').update(database.tables.events).digest('hex').slice(0, 12);
    this.name = `webhooks_${tables}`;
    this.sender = new NotifySender(database, this.name);
    this.listener = new NotifyListener(database, this.name);
  }

  /**
   * The channel on which a transaction announces its events; `null` if no other process needs to hear of them. Also `null`
   * while the sender's NOTIFY is running, because the sender's next NOTIFY announces these events.
   */
  get toAnnounceOn(): string | null {
    return this.isNeeded() && !this.sender.isSending ? this.name : null;
  }

  listen(onWork: (work: CommittedWork) => void): void {
    this.listener.listen(onWork);
  }

  notifyWhile(isNeeded: () => boolean): void {
    this.isNeeded = isNeeded;
  }

  notify({ events, lanes, isAnnounced }: LocalCommit): void {
    if (this.isNeeded()) this.sender.notify({ events: events && !isAnnounced, lanes });
  }

  stop(): Promise<void> {
    this.sender.stop();
    return this.listener.stop();
  }
}
