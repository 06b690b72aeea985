import type { EntityManager } from 'typeorm';
import type { Session } from '../store/postgres/connection/session.js';
import { TransactionRequiredError } from './errors.js';

/** Optional context of a service call. */
export interface CallContext {
  /** The host's open transaction: the call's writes commit or roll back with it. Default: a transaction of its own. */
  tx?: EntityManager;
  /** Who makes the call, for the audit. */
  actor?: string;
  /** The HTTP request, for the audit. */
  request?: unknown;
}

/**
 * Runs `work` in the caller's transaction, or in one of its own.
 * Throws {@link TransactionRequiredError} where the caller's has none open or belongs to another data source.
 */
export function inTransaction<T>(
  database: Session,
  { tx }: CallContext,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> {
  if (!tx) return database.transaction(work);
  if (!tx.queryRunner?.isTransactionActive || tx.connection !== database.dataSource) {
    throw new TransactionRequiredError(
      'The tx given has no open transaction of the data source of WebhooksModule: pass the EntityManager that dataSource.transaction() hands to its callback.',
    );
  }
  return work(tx);
}
