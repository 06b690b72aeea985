import { createHash } from 'node:crypto';
import { LessThanOrEqual, type EntityManager, type Repository } from 'typeorm';
import type { DedupeState, DedupeStore } from '../dedupe/dedupe-store.js';
import { WebhookReceipt } from './webhook-receipt.entity.js';

export interface TypeOrmDedupeStoreOptions {
  /** Epoch milliseconds. Default: the system clock. */
  now?: () => number;
}

/** Lease tokens begin with this. Any other token means that the key is done, also a UUID, which early 0.1.0 snapshots wrote for keys that were done. */
const LEASE = 'lease:';
const DONE = 'done';

/**
 * Keeps keys in a table: for any number of processes that share a database. Best used inside the receiver's own
 * transaction (`new TypeOrmDedupeStore(tx)` or `store.within(tx)`): the key commits or rolls back together with the work,
 * and a second copy of the webhook waits for the end of that transaction.
 */
export class TypeOrmDedupeStore implements DedupeStore {
  private readonly now: () => number;

  /** @param manager `dataSource.manager`, or the manager of a transaction */
  constructor(
    private readonly manager: EntityManager,
    private readonly options: TypeOrmDedupeStoreOptions = {},
  ) {
    this.now = options.now ?? Date.now;
  }

  /** Returns the same store inside a transaction. */
  within(manager: EntityManager): TypeOrmDedupeStore {
    return new TypeOrmDedupeStore(manager, this.options);
  }

  // A unique violation aborts a PostgreSQL transaction, so no statement here may cause one.
  begin(key: string, token: string, leaseMs: number): Promise<DedupeState> {
    const keyDigest = digest(key);
    const lease = { token: leaseToken(token), expiresAt: String(this.now() + leaseMs) };
    return this.onPrimary(async (receipts) => {
      await receipts
        .createQueryBuilder()
        .insert()
        .values({ keyDigest, ...lease })
        .orIgnore()
        .updateEntity(false)
        .execute();
      const stored = await receipts.findOneBy({ keyDigest });
      if (stored?.token === lease.token) return 'new';
      // Another caller deleted the row between the two statements. The sender's next retry takes a lease.
      if (stored === null) return 'in-progress';
      if (Number(stored.expiresAt) > this.now())
        return stored.token.startsWith(LEASE) ? 'in-progress' : 'done';
      const takenOver = await receipts.update({ keyDigest, token: stored.token }, lease);
      return takenOver.affected === 1 ? 'new' : 'in-progress';
    });
  }

  async complete(key: string, ttlMs: number): Promise<void> {
    const done = { keyDigest: digest(key), token: DONE, expiresAt: String(this.now() + ttlMs) };
    await receiptsOf(this.manager)
      .createQueryBuilder()
      .insert()
      .values(done)
      .orUpdate(['token', 'expires_at'], ['key_digest'])
      .updateEntity(false)
      .execute();
  }

  /**
   * Does nothing inside a transaction: the rollback ends the lease, and PostgreSQL accepts no further statement after an
   * error.
   */
  async abandon(key: string, token: string): Promise<void> {
    if (this.manager.queryRunner?.isTransactionActive) return;
    await receiptsOf(this.manager).delete({ keyDigest: digest(key), token: leaseToken(token) });
  }

  /** Deletes expired keys and returns their number. Call it regularly, for example once an hour. */
  async prune(): Promise<number> {
    const { affected } = await receiptsOf(this.manager).delete({
      expiresAt: LessThanOrEqual(String(this.now())),
    });
    return affected ?? 0;
  }

  /** Runs `work` on the primary. With TypeORM's `replication`, reads go to a replica, which may lack the latest writes. */
  private async onPrimary<T>(work: (receipts: Repository<WebhookReceipt>) => Promise<T>): Promise<T> {
    if (this.manager.queryRunner) return work(receiptsOf(this.manager));
    const runner = this.manager.connection.createQueryRunner('master');
    try {
      return await work(receiptsOf(runner.manager));
    } finally {
      await runner.release();
    }
  }
}

const receiptsOf = (manager: EntityManager): Repository<WebhookReceipt> =>
  manager.getRepository(WebhookReceipt);
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
/** Fits the column, however long the token is. */
const leaseToken = (token: string): string => LEASE + digest(token).slice(0, 30);
