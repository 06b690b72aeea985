import { createHash } from 'node:crypto';
import type { CommitNotifier, CommittedWork } from '../../store.js';
import { NotifyListener } from './notify-listener.js';
import { NotifySender } from './notify-sender.js';
import type { Session } from './session.js';

/** LISTEN and NOTIFY on a channel of this module's tables. What is not heard is found by polling. */
export class NotifyChannel implements CommitNotifier {
  private readonly sender: NotifySender;
  private readonly listener: NotifyListener;

  constructor(database: Session) {
    const tables = createHash('sha256').update(database.tables.events).digest('hex').slice(0, 12);
    this.sender = new NotifySender(database, `webhooks_${tables}`);
    this.listener = new NotifyListener(database, `webhooks_${tables}`);
  }

  listen(onWork: (work: CommittedWork) => void): void {
    this.listener.listen(onWork);
  }

  notify(work: CommittedWork): void {
    this.sender.notify(work);
  }

  stop(): Promise<void> {
    this.sender.stop();
    return this.listener.stop();
  }
}
