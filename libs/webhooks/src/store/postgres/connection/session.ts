import type { DataSource, EntityManager } from 'typeorm';
import { withConnection } from './guarded-connection.js';
import { PreparedStatements } from './prepared-statements.js';
import { type Tables, tablesOf } from '../../schema/tables.js';

/** PostgreSQL: deadlock detected, serialization failure. Both leave nothing behind and want the same work again. */
const RETRYABLE = new Set(['40P01', '40001']);
const TRIES = 8;
/** Longer than any statement of ours takes, shorter than a lease lasts, ms. */
const SILENCE = 30_000;

/**
 * The host's data source as this module uses it: SQL text in, rows out. Instants are the database's own; see {@link nowMs}.
 */
export class Session {
  readonly tables: Tables;
  /** Milliseconds that tests add to the database's clock; bound as a parameter wherever an instant is made. */
  clockOffset = 0;
  /** A connection that says nothing for so long is given up, ms. */
  timeoutMs = SILENCE;
  /** The server's default is another level than READ COMMITTED: transactions must name theirs. Set by the start check. */
  setsIsolation = true;

  private readonly statements: PreparedStatements;

  constructor(readonly dataSource: DataSource) {
    this.tables = tablesOf(dataSource);
    this.statements = new PreparedStatements(dataSource.logger);
  }

  /** Runs one statement, in `tx` where given, else by itself and again where the database asks for it, and answers its rows (of an UPDATE or DELETE: of its RETURNING). */
  async query<Row>(sql: string, parameters: unknown[] = [], tx?: EntityManager): Promise<Row[]> {
    const result: unknown = tx
      ? await tx.query(sql, parameters)
      : await this.retrying(() =>
          withConnection(this.dataSource, this.timeoutMs, (runner) => runner.query(sql, parameters)),
        );
    // TypeORM answers `[rows, count]` for UPDATE and DELETE, and rows for everything else.
    if (
      Array.isArray(result) &&
      result.length === 2 &&
      Array.isArray(result[0]) &&
      typeof result[1] === 'number'
    ) {
      return result[0] as Row[];
    }
    return result as Row[];
  }

  /**
   * As {@link query}, for a statement that is long and always the same: each connection parses and plans it once. The plan
   * must not depend on the sizes of the tables: see {@link useStablePlan}.
   */
  prepared<Row>(sql: string, parameters: unknown[], tx: EntityManager): Promise<Row[]> {
    return this.statements.run<Row>(sql, parameters, tx.queryRunner!);
  }

  /** Runs `work` in a READ COMMITTED transaction, again where the database asks for it (deadlock, serialization). */
  async transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.retrying(() =>
      withConnection(this.dataSource, this.timeoutMs, ({ manager }) =>
        this.setsIsolation ? manager.transaction('READ COMMITTED', work) : manager.transaction(work),
      ),
    );
  }

  /** Runs `work` again, a few times at most, where the database gave it up for another transaction's sake. */
  private async retrying<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const { code = '' } = error as { code?: string };
        if (attempt === TRIES || !(RETRYABLE.has(code) || this.statements.disableIfUnsupported(code)))
          throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** attempt));
      }
    }
  }
}

/**
 * SQL for "now" as epoch milliseconds on the database's clock, shifted by the offset bound as parameter `$n`.
 * `statement_timestamp()` is stable within a statement, so an index can be searched with it.
 */
export function nowMs(parameter: number): string {
  return `(floor(extract(epoch from statement_timestamp()) * 1000)::bigint + $${parameter}::bigint)`;
}

/**
 * SQL that makes the server end this transaction, and free what it locked, where its client says nothing for the
 * milliseconds bound as parameter `$n`. Else a worker that was cut off would keep its locks for hours.
 */
export function endIfIdle(parameter: number): string {
  return `set_config('idle_in_transaction_session_timeout', $${parameter}::text, true)`;
}

/**
 * SQL that lets this transaction's commit return before it is on the disk. For claims of deliveries alone: one that a
 * crash of the machine undoes is made again, and whatever is recorded later is written behind it, or not at all. Never
 * where numbers are drawn: a crash would give them to others, and a late answer would count for those.
 */
export function commitAsync(): string {
  return `set_config('synchronous_commit', 'off', true)`;
}

/**
 * SQL that has the rest of this transaction's prepared statements go row by row through indexes, whatever the planner
 * thinks of the tables: right for a batch at any size, so that one plan serves for ever.
 */
export function useStablePlan(): string {
  const settings = { plan_cache_mode: 'force_generic_plan', ...off('seqscan', 'hashjoin', 'mergejoin') };
  return Object.entries(settings)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ');
}

function off(...methods: string[]): Record<string, string> {
  return Object.fromEntries(methods.map((method) => [`enable_${method}`, 'off']));
}
