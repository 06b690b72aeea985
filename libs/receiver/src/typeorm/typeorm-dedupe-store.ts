import { createHash, randomUUID } from 'node:crypto';
import { LessThanOrEqual, type EntityManager, type Repository } from 'typeorm';
import type { DedupeStore } from '../dedupe/dedupe-store.js';
import { WebhookReceipt } from './webhook-receipt.entity.js';

export interface TypeOrmDedupeStoreOptions {
  /** Epoch milliseconds. Default: the system clock. */
  now?: () => number;
}

/**
 * Keeps claims in a table: for any number of processes that share a database. Best used inside the receiver's own
 * transaction (`new TypeOrmDedupeStore(tx)` or `store.within(tx)`): the claim commits or rolls back together with the work,
 * and a second copy waits for the end of that transaction.
 */
export class TypeOrmDedupeStore implements DedupeStore {
  private readonly receipts: Repository<WebhookReceipt>;
  private readonly now: () => number;

  /** @param manager `dataSource.manager`, or the manager of a transaction */
  constructor(
    manager: EntityManager,
    private readonly options: TypeOrmDedupeStoreOptions = {},
  ) {
    this.receipts = manager.getRepository(WebhookReceipt);
    this.now = options.now ?? Date.now;
  }

  /** Returns the same store inside a transaction. */
  within(manager: EntityManager): TypeOrmDedupeStore {
    return new TypeOrmDedupeStore(manager, this.options);
  }

  // A unique violation aborts a PostgreSQL transaction, so no statement here may cause one.
  async claim(key: string, ttlMs: number): Promise<boolean> {
    const keyDigest = digest(key);
    const claim = { token: randomUUID(), expiresAt: String(this.now() + ttlMs) };
    await this.receipts
      .createQueryBuilder()
      .insert()
      .values({ keyDigest, ...claim })
      .orIgnore()
      .updateEntity(false)
      .execute();
    const stored = await this.receipts.findOneBy({ keyDigest });
    if (stored?.token === claim.token) return true;
    if (stored === null || Number(stored.expiresAt) > this.now()) return false;
    const takenOver = await this.receipts.update({ keyDigest, token: stored.token }, claim);
    return takenOver.affected === 1;
  }

  /** Does nothing inside a transaction: its rollback ends the claim, and after an error it accepts no more statements. */
  async release(key: string): Promise<void> {
    if (this.receipts.manager.queryRunner?.isTransactionActive) return;
    await this.receipts.delete({ keyDigest: digest(key) });
  }

  /** Deletes expired claims and returns their number. Call it regularly, for example once an hour. */
  async prune(): Promise<number> {
    const { affected } = await this.receipts.delete({ expiresAt: LessThanOrEqual(String(this.now())) });
    return affected ?? 0;
  }
}

const digest = (key: string): string => createHash('sha256').update(key).digest('hex');
