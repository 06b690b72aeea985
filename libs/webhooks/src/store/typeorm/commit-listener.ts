import { Injectable } from '@nestjs/common';
import type { EntitySubscriberInterface, QueryRunner } from 'typeorm';
import { Session } from '../postgres/connection/session.js';

/** What a commit has left for workers to do. */
export interface CommittedWork {
  /** Events to relay. */
  events: boolean;
  /** Lanes to look at: a retry, a resume or a recovery made them due, or they were closed. */
  lanes: boolean;
}

/**
 * Tells the local worker that a transaction with work for it has committed.
 * TypeORM calls it for a released savepoint too, and the host awaits it: it acts only when the transaction is over,
 * returns at once and never throws.
 */
@Injectable()
export class CommitListener implements EntitySubscriberInterface {
  private readonly expected = new WeakMap<QueryRunner, CommittedWork>();
  private readonly listeners = new Set<(wake: CommittedWork) => void>();

  constructor(private readonly database: Session) {}

  /** Starts to listen; answers what stops it. */
  attach(): () => void {
    const { subscribers } = this.database.dataSource;
    subscribers.push(this);
    return () => {
      const place = subscribers.indexOf(this);
      if (place >= 0) subscribers.splice(place, 1);
    };
  }

  /** This transaction wrote events. */
  noteEvents(runner: QueryRunner): void {
    this.of(runner).events = true;
  }

  /** This transaction made a lane due, or closed it. */
  noteLanes(runner: QueryRunner): void {
    this.of(runner).lanes = true;
  }

  onCommit(listener: (wake: CommittedWork) => void): void {
    this.listeners.add(listener);
  }

  afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (queryRunner.isTransactionActive) return;
    const wake = this.expected.get(queryRunner);
    if (!wake) return;
    this.expected.delete(queryRunner);
    setImmediate(() => this.listeners.forEach((listener) => listener(wake)));
  }

  afterTransactionRollback({ queryRunner }: { queryRunner: QueryRunner }): void {
    if (!queryRunner.isTransactionActive) this.expected.delete(queryRunner);
  }

  private of(runner: QueryRunner): CommittedWork {
    let wake = this.expected.get(runner);
    if (!wake) this.expected.set(runner, (wake = { events: false, lanes: false }));
    return wake;
  }
}
