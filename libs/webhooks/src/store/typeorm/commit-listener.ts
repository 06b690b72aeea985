import type { DataSource, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import type { LocalCommit } from '../store.js';

/**
 * Tells listeners that a transaction with work for workers has committed. TypeORM also calls this subscriber when a
 * savepoint is released, and the host's commit waits until the subscriber returns. So the subscriber acts only when the
 * transaction is over, returns at once and never throws.
 */
export class CommitListener implements EntitySubscriberInterface {
  private readonly noted = new WeakMap<QueryRunner, LocalCommit>();
  private readonly listeners = new Set<(work: LocalCommit) => void>();

  constructor(private readonly dataSource: DataSource) {}

  /** Starts to listen. Returns a function that stops listening. */
  attach(): () => void {
    const { subscribers } = this.dataSource;
    subscribers.push(this);
    return () => {
      const index = subscribers.indexOf(this);
      if (index >= 0) subscribers.splice(index, 1);
    };
  }

  /** This transaction writes events. Returns the notice that listeners will get. The caller must add the events to it. */
  noteEvents(runner: QueryRunner): LocalCommit {
    const work = this.workOf(runner);
    work.events = true;
    return work;
  }

  /** This transaction made a lane due, closed a lane, started a job, or ended a pause that the operator had set. */
  noteLanes(runner: QueryRunner): void {
    this.workOf(runner).lanes = true;
  }

  onCommit(listener: (work: LocalCommit) => void): void {
    this.listeners.add(listener);
  }

  afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (queryRunner.isTransactionActive) return;
    const work = this.noted.get(queryRunner);
    if (!work) return;
    this.noted.delete(queryRunner);
    setImmediate(() => this.listeners.forEach((listener) => listener(work)));
  }

  afterTransactionRollback({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (!queryRunner.isTransactionActive) this.noted.delete(queryRunner);
  }

  private workOf(runner: QueryRunner): LocalCommit {
    let work = this.noted.get(runner);
    if (!work) this.noted.set(runner, (work = newCommit()));
    return work;
  }
}

function newCommit(): LocalCommit {
  return { events: false, eventTypes: [], lanes: false, written: [], isAnnounced: true };
}
