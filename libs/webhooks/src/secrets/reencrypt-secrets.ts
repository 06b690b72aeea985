import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../core/line-logger.js';
import { MAX_COUNTED, type Progress, type ProgressOptions, progressOf } from '../store/jobs/progress.js';
import type { SealedColumns, SealedRow, SealedTable, SetupStore } from '../store/setup-store.js';
import { STORE } from '../store/store.js';
import { checkStoredKeys } from './check-stored-keys.js';
import { sealContext, SECRET_BOX, type SecretBox, SecretUnreadableError } from './secret-box.js';
import { liveSecrets } from './secret-rotation.js';

const BATCH_ROWS = 200;

/** The result of a re-encryption. `matched` and `done` count accounts and endpoints, including deleted endpoints. */
export interface ReencryptionResult extends Progress {
  /** Endpoints and accounts whose secrets or headers were sealed again. */
  resealed: number;
  /** `tenant:endpoint` or `tenant:account` of the rows whose values were not readable. These rows are unchanged. */
  unreadable: string[];
}

/** Keeps stored secrets sealed under the current key. */
@Injectable()
export class SecretReencryption {
  private readonly logger = new LineLogger('WebhookOperator');

  constructor(
    @Inject(STORE) private readonly store: SetupStore,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /** See {@link checkStoredKeys}. */
  check(): Promise<void> {
    return checkStoredKeys(this.store, this.box);
  }

  /**
   * Seals again everything that is plain or sealed under a previous key, in batches, while the app runs. If `unreadable` is
   * empty in the result, the previous keys can be removed from the options.
   */
  async reencryptSecrets({ onProgress }: ProgressOptions = {}): Promise<ReencryptionResult> {
    const matched = await this.store.countSealedRows(MAX_COUNTED);
    const result: ReencryptionResult = { matched, done: 0, left: matched, resealed: 0, unreadable: [] };
    for (const table of ['endpoints', 'accounts'] as const) {
      let after: string | null = null;
      do {
        const batch = await this.store.transaction((tx) => this.resealBatch(tx, table, after));
        result.resealed += batch.resealed;
        result.unreadable.push(...batch.unreadable);
        Object.assign(result, progressOf(result.matched, result.done + batch.rows));
        this.report(result, onProgress);
        after = batch.lastKey;
      } while (after !== null);
    }
    // Rows may have been deleted since they were counted, so `done` is the final number.
    return Object.assign(result, { matched: result.done, left: 0 });
  }

  private report(result: ReencryptionResult, onProgress: ProgressOptions['onProgress']): void {
    const { matched, done, left, resealed } = result;
    onProgress?.({ matched, done, left });
    if (left > 0)
      this.logger.log(
        `Re-encrypting secrets: ${matched} endpoints and accounts, ${done} done, ${left} left, ${resealed} sealed again`,
      );
  }

  /** `lastKey`: null after the last batch. */
  private async resealBatch(
    tx: SetupStore,
    table: SealedTable,
    after: string | null,
  ): Promise<{ rows: number; resealed: number; unreadable: string[]; lastKey: string | null }> {
    const rows = await tx.lockSealedRows(table, after, BATCH_ROWS);
    const batch = { rows: rows.length, resealed: 0, unreadable: [] as string[] };
    for (const row of rows) {
      try {
        const columns = this.reseal(row);
        if (columns === null) continue;
        await tx.updateSealedRow(table, row.key, columns);
        batch.resealed++;
      } catch (error) {
        if (!(error instanceof SecretUnreadableError)) throw error;
        batch.unreadable.push(error.context);
      }
    }
    return { ...batch, lastKey: rows.length < BATCH_ROWS ? null : rows.at(-1)!.key };
  }

  /** Returns the row's new columns, or null if they are up to date. */
  private reseal({ tenantId, endpointId, secrets, headers, now }: SealedRow): SealedColumns | null {
    const context = sealContext(tenantId, endpointId);
    if (!secrets) throw new SecretUnreadableError(context, null, 'its column holds no JSON');
    const sealedValues = [...secrets.map(({ sealed }) => sealed), ...(headers === null ? [] : [headers])];
    if (!sealedValues.some((sealed) => this.box.isStale(sealed))) return null;
    const sealAgain = (sealed: string) => this.box.seal(this.box.open(sealed, context), context);
    return {
      secrets: liveSecrets(secrets, now).map((secret) => ({ ...secret, sealed: sealAgain(secret.sealed) })),
      headers: headers === null ? null : sealAgain(headers),
    };
  }
}
