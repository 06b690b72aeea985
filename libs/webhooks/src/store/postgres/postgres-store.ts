import type { EntityManager } from 'typeorm';
import type { CommitNotifier, CommittedWork, Store } from '../store.js';
import type { CommitListener } from '../typeorm/commit-listener.js';
import { TypeOrmStore } from '../typeorm/typeorm-store.js';
import type { Session } from './connection/session.js';

/** The store on PostgreSQL: one line a method; each statement has a file. */
export class PostgresStore extends TypeOrmStore implements Store {
  constructor(
    private readonly session: Session,
    private readonly commits: CommitListener,
    readonly notifier: CommitNotifier,
  ) {
    super();
  }

  protected get manager(): EntityManager {
    return this.session.manager;
  }

  // Transactions, clock, commits

  transaction<T>(work: (tx: this) => Promise<T>): Promise<T> {
    return this.session.inTransaction((session) => work(this.bind(session)));
  }

  async inTransaction<T>(tx: EntityManager | undefined, work: (tx: this) => Promise<T>): Promise<T> {
    return tx ? work(this.within(tx)) : this.transaction(work);
  }

  within(tx: EntityManager): this {
    return this.bind(this.session.within(tx));
  }

  now(): number {
    return this.session.clock.now();
  }

  monotonicNow(): number {
    return this.session.clock.monotonicNow();
  }

  advanceClock(ms: number): void {
    this.session.clock.offset += ms;
  }

  attach(): () => void {
    return this.commits.attach();
  }

  onCommit(listener: (work: CommittedWork) => void): void {
    this.commits.onCommit(listener);
  }

  private bind(session: Session): this {
    return new PostgresStore(session, this.commits, this.notifier) as this;
  }
}
