import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';
import type { StoredSecret } from '../store/stored-secret.js';
import { tryParseJson } from '../core/parse-json.js';
import { SECRET_BOX } from './secret-box.js';
import { checkStoredKeys } from './check-stored-keys.js';
import { sealContext, type SecretBox, SecretUnreadableError } from './secret-box.js';
import { liveSecrets } from './secret-rotation.js';

const BATCH = 200;

/** What {@link SecretReencryption.reencryptSecrets} did. */
export interface ReencryptionResult {
  /** Endpoints and accounts whose secrets or headers were sealed anew. */
  resealed: number;
  /** `tenant:endpoint` or `tenant:account` of those that could not be opened. They are as they were. */
  unreadable: string[];
}

interface SecretRow {
  key: string;
  tenant_id: string;
  endpoint_id: string | null;
  secrets: string;
  headers: string | null;
  now: string;
}

/** The keys that stored secrets are sealed under. */
@Injectable()
export class SecretReencryption {
  constructor(
    private readonly database: Session,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /** See {@link checkStoredKeys}. */
  check(): Promise<void> {
    return checkStoredKeys(this.database, this.box);
  }

  /**
   * Seals everything anew that is plain or sealed under a previous key, in batches, while the app runs. When it found
   * nothing unreadable, the previous keys can go.
   */
  async reencryptSecrets(): Promise<ReencryptionResult> {
    const result: ReencryptionResult = { resealed: 0, unreadable: [] };
    for (const table of ['endpoints', 'accounts'] as const) {
      let after: string | null = null;
      do {
        after = await this.database.transaction((tx) => this.resealBatch(tx, table, after, result));
      } while (after !== null);
    }
    return result;
  }

  /** Answers the last key of the batch, or `null` at the end. */
  private async resealBatch(
    tx: EntityManager,
    table: 'endpoints' | 'accounts',
    after: string | null,
    result: ReencryptionResult,
  ): Promise<string | null> {
    const rows = await this.lockBatch(tx, table, after);
    for (const row of rows) {
      try {
        const secrets = this.reseal(row);
        if (secrets === null) continue;
        await this.write(tx, table, row.key, secrets);
        result.resealed++;
      } catch (error) {
        if (!(error instanceof SecretUnreadableError)) throw error;
        result.unreadable.push(error.context);
      }
    }
    return rows.length < BATCH ? null : rows.at(-1)!.key;
  }

  private async lockBatch(
    tx: EntityManager,
    table: 'endpoints' | 'accounts',
    after: string | null,
  ): Promise<SecretRow[]> {
    const name = this.database.tables[table];
    const columns =
      table === 'endpoints'
        ? 'id as key, tenant_id, id as endpoint_id, secrets, headers'
        : 'tenant_id as key, tenant_id, null as endpoint_id, secrets, null as headers';
    const [key, type] = table === 'endpoints' ? ['id', 'uuid'] : ['tenant_id', 'text'];
    return this.database.query<SecretRow>(
      `select ${columns}, ${nowMs(1)} as now
         from ${name}
        where ($2::${type} is null or ${key} > $2::${type})
        order by ${key}
        limit ${BATCH}
          for no key update`,
      [this.database.clockOffset, after],
      tx,
    );
  }

  /** The row's new columns, or `null` where they are up to date. */
  private reseal(row: SecretRow): { secrets: string; headers: string | null } | null {
    const context = sealContext(row.tenant_id, row.endpoint_id);
    const stored = tryParseJson(row.secrets) as StoredSecret[] | undefined;
    if (!stored) throw new SecretUnreadableError(context, null, 'its column holds no JSON');
    const all = [...stored.map(({ sealed }) => sealed), ...(row.headers === null ? [] : [row.headers])];
    if (!all.some((sealed) => this.box.isStale(sealed))) return null;
    const anew = (sealed: string) => this.box.seal(this.box.open(sealed, context), context);
    const secrets = liveSecrets(stored, Number(row.now)).map((secret) => ({
      ...secret,
      sealed: anew(secret.sealed),
    }));
    return { secrets: JSON.stringify(secrets), headers: row.headers === null ? null : anew(row.headers) };
  }

  private async write(
    tx: EntityManager,
    table: 'endpoints' | 'accounts',
    key: string,
    { secrets, headers }: { secrets: string; headers: string | null },
  ): Promise<void> {
    const { endpoints, accounts } = this.database.tables;
    if (table === 'endpoints') {
      await this.database.query(
        `update ${endpoints} set secrets = $2, headers = $3 where id = $1`,
        [key, secrets, headers],
        tx,
      );
    } else {
      await this.database.query(
        `update ${accounts} set secrets = $2 where tenant_id = $1`,
        [key, secrets],
        tx,
      );
    }
  }
}
