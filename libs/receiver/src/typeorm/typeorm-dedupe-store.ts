import { createHash, randomUUID } from 'node:crypto';
import { LessThanOrEqual, type EntityManager, type Repository } from 'typeorm';
import type { DedupeStore } from '../dedupe/dedupe-store.js';
import { WebhookReceipt } from './webhook-receipt.entity.js';

export interface TypeOrmDedupeStoreOptions {
  /** Epoch milliseconds. Default: this machine's clock. */
  now?: () => number;
}

/**
 * For any number of processes over one database. Best inside the receiver's own transaction, where a claim lives and dies with the
 * work: `new TypeOrmDedupeStore(tx)`, or `store.within(tx)`. A second copy then waits for that transaction's end.
 */
export class TypeOrmDedupeStore implements DedupeStore {
  private readonly receipts: Repository<WebhookReceipt>;
  private readonly now: () => number;

  /** @param manager `dataSource.manager`, or the one a transaction hands out. */
  constructor(
    manager: EntityManager,
    private readonly options: TypeOrmDedupeStoreOptions = {},
  ) {
    this.receipts = manager.getRepository(WebhookReceipt);
    this.now = options.now ?? Date.now;
  }

  /** The same store inside a transaction. */
  within(manager: EntityManager): TypeOrmDedupeStore {
    return new TypeOrmDedupeStore(manager, this.options);
  }

  // A unique violation would end a PostgreSQL transaction, so nothing here may raise one.
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

  /** Does nothing inside a transaction: its rollback gives the claim back, and it may take no statements any more. */
  async release(key: string): Promise<void> {
    if (this.receipts.manager.queryRunner?.isTransactionActive) return;
    await this.receipts.delete({ keyDigest: digest(key) });
  }

  /** Deletes claims that have ended and answers how many. Call it now and then, such as once an hour. */
  async prune(): Promise<number> {
    const { affected } = await this.receipts.delete({ expiresAt: LessThanOrEqual(String(this.now())) });
    return affected ?? 0;
  }
}

const digest = (key: string): string => createHash('sha256').update(key).digest('hex');
