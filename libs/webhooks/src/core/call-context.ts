import type { EntityManager } from 'typeorm';
import type { Session } from '../store/postgres/connection/session.js';
import { TransactionRequiredError } from './errors.js';

/** What a caller of a service may say beside the call itself. */
export interface CallContext {
  /** The host's open transaction: what the call writes commits or rolls back with it. Default: one of its own. */
  tx?: EntityManager;
  /** Who does it, for the audit. */
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
