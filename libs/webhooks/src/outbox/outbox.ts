import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Session } from '../store/postgres/connection/session.js';
import { TransactionRequiredError } from '../core/errors.js';
import type { PublishedEvent, WebhookEventInput } from '../events/event.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { CommitListener } from '../store/typeorm/commit-listener.js';
import { checkEvent } from './check-event.js';
import { insertEvents } from '../store/postgres/publish/insert-events.js';

/**
 * Writes events in the caller's transaction.
 * - An event exists if and only if that transaction commits.
 * - One statement whatever the number of events; no look-up of endpoints, no HTTP.
 * - Bad input throws before anything is written.
 */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Session,
    private readonly commits: CommitListener,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async publish(tx: EntityManager, events: readonly WebhookEventInput[]): Promise<PublishedEvent[]> {
    this.requireTransaction(tx);
    const checked = events.map((event, index) => checkEvent(event, index, this.settings.payloadBytes));
    this.commits.noteEvents(tx.queryRunner!);
    return insertEvents(this.database, tx, checked);
  }

  private requireTransaction(tx: EntityManager): void {
    if (typeof tx?.query !== 'function') {
      throw new TransactionRequiredError(
        'publish: the first argument must be the EntityManager of an open transaction: dataSource.transaction((tx) => webhooks.publish(tx, event)).',
      );
    }
    if (!tx.queryRunner?.isTransactionActive) {
      throw new TransactionRequiredError(
        'publish: this EntityManager has no open transaction. Pass the one that dataSource.transaction() hands to its callback, or that of a query runner after queryRunner.startTransaction(); a BEGIN written by hand is not seen.',
      );
    }
    if (tx.connection !== this.database.dataSource) {
      throw new TransactionRequiredError(
        'publish: this transaction belongs to another data source than the one WebhooksModule.forRoot({ dataSource }) names.',
      );
    }
  }
}
