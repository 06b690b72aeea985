import { type DataSource, type EntityManager, QueryFailedError, type QueryRunner } from 'typeorm';
import type { HostTransaction } from '../../../core/call-context.js';
import { TransactionRequiredError, type WebhooksNotReadyError } from '../../../core/errors.js';
import { type Tables, tablesOf } from '../../schema/tables.js';
import { StoreClock } from './clock.js';
import type { Found } from './found.js';
import { withConnection } from './guarded-connection.js';
import { type ParsingClient, withOwnParsers } from './own-parsers.js';
import { PreparedStatements } from './prepared-statements.js';

/** PostgreSQL: deadlock detected, serialization failure. Both change nothing, so the same work is retried. */
const RETRYABLE = new Set(['40P01', '40001']);
const MAX_TRIES = 8;
/** Longer than any statement of this module takes, and shorter than a lease lasts. */
const TIMEOUT_MS = 30_000;

/** State that a session shares with the sessions that are bound to transactions. */
interface Connections {
  readonly tables: Tables;
  readonly clock: StoreClock;
  readonly statements: PreparedStatements;
  timeoutMs: number;
  setsIsolation: boolean;
  refusal: WebhooksNotReadyError | null;
  readonly found: Found;
}

/**
 * The host's data source as this module uses it: SQL text in, rows out. A session is bound to one transaction, or to none. If
 * it is bound to none, each statement is a separate transaction. Instants come from the database's clock; see `nowMs`.
 */
export class Session {
  private readonly shared: Connections;
  /** The bound runner with this module's parsers. Made when a statement needs it. */
  private parsing: QueryRunner | null = null;

  /** @param bound the query runner of the transaction in which all statements of this session run */
  constructor(
    readonly dataSource: DataSource,
    private readonly bound: QueryRunner | null = null,
    shared?: Connections,
  ) {
    this.shared = shared ?? {
      tables: tablesOf(dataSource),
      clock: new StoreClock(),
      statements: new PreparedStatements(dataSource.logger),
      timeoutMs: TIMEOUT_MS,
      setsIsolation: true,
      refusal: null,
      found: { publishFunction: null, workerConnection: null },
    };
  }

  get tables(): Tables {
    return this.shared.tables;
  }

  get clock(): StoreClock {
    return this.shared.clock;
  }

  /** Milliseconds to bind wherever a statement uses `nowMs`. */
  get clockOffset(): number {
    return this.shared.clock.offset;
  }

  /** Maximum duration (ms) of a transaction, or of a statement outside a transaction. Then the connection is closed. */
  get timeoutMs(): number {
    return this.shared.timeoutMs;
  }

  set timeoutMs(ms: number) {
    this.shared.timeoutMs = ms;
  }

  /**
   * Whether each transaction must ask for READ COMMITTED, because the database's default isolation level is another one.
   * Set by the start-up check.
   */
  set setsIsolation(sets: boolean) {
    this.shared.setsIsolation = sets;
  }

  get setsIsolation(): boolean {
    return this.shared.setsIsolation;
  }

  /** Thrown instead of running a statement, while the tables do not exist. Set by the check of the tables. */
  set refusal(refusal: WebhooksNotReadyError | null) {
    this.shared.refusal = refusal;
  }

  get refusal(): WebhooksNotReadyError | null {
    return this.shared.refusal;
  }

  get found(): Found {
    return this.shared.found;
  }

  /** The transaction's query runner. Throws if this session is bound to no transaction. */
  get runner(): QueryRunner {
    if (!this.bound)
      throw new Error(
        'This statement must run in a transaction: call it on the store that transaction() passes.',
      );
    return this.bound;
  }

  /** The same session in the transaction of `tx`, which must be one of this data source. */
  within(tx: HostTransaction): Session {
    if (typeof tx?.query !== 'function') {
      throw new TransactionRequiredError(
        'A transaction is required: pass the EntityManager of an open one, as in dataSource.transaction((tx) => webhooks.publish(tx, event)).',
      );
    }
    const runner = 'manager' in tx ? tx : tx.queryRunner;
    if (!runner?.isTransactionActive) {
      throw new TransactionRequiredError(
        'There is no open transaction here. Pass the EntityManager that dataSource.transaction() hands to its callback, or a query runner after queryRunner.startTransaction(). TypeORM does not see a BEGIN that is sent as SQL.',
      );
    }
    if (tx.connection !== this.dataSource) {
      throw new TransactionRequiredError(
        'This transaction belongs to another data source than the one that the webhooks use. The option dataSource selects the data source of the webhooks.',
      );
    }
    if (this.refusal) throw this.refusal;
    return this.bind(runner);
  }

  /**
   * Runs one statement and returns its rows; for an UPDATE or DELETE, the rows of RETURNING. Outside a transaction,
   * repeats the statement after a deadlock or a serialization failure.
   */
  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return rowsOf(await this.onConnection((runner) => runner.query(sql, parameters)));
  }

  /**
   * Like {@link query}, but TypeORM's logger gets only errors. Use it for statements that a worker repeats even while there
   * is nothing to do.
   */
  queryUnlogged<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    return this.onConnection(async (runner) => {
      const client = (await runner.connect()) as ParsingClient;
      try {
        const { rows } = await client.query(sql, parameters);
        return rows as Row[];
      } catch (error) {
        this.dataSource.logger.logQueryError(error as Error, sql, parameters, runner);
        throw new QueryFailedError(sql, parameters, error as Error);
      }
    });
  }

  /**
   * Like {@link query}, for a statement that is sent for each small batch. The worker's own connection parses and plans it
   * once. If the process has no such connection, a connection of the host's pool parses the statement once and usually plans
   * it five times. The best plan must not depend on the number of input rows: bind these rows as one JSON text, for which
   * the planner always makes the same assumptions.
   */
  async frequent<Row>(sql: string, parameters: unknown[], { isLogged = true } = {}): Promise<Row[]> {
    const { statements } = this.shared;
    if (this.bound) return statements.run<Row>(sql, parameters, this.bound, isLogged);
    return this.retrying(async () => {
      const { timeoutMs } = this.shared;
      const rows = await this.found.workerConnection?.use(timeoutMs, (client) =>
        statements.runOn<Row>(client, sql, parameters, { isLogged }),
      );
      if (rows) return rows;
      return withConnection(this.dataSource, timeoutMs, (runner) =>
        statements.run<Row>(sql, parameters, runner, isLogged),
      );
    });
  }

  /** Like {@link query}, in a transaction, with the host's parsers: for values that are passed to the host. */
  async queryAsHost<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    return rowsOf(await this.runner.query(sql, parameters));
  }

  /**
   * Like {@link query}, for one statement that TypeORM composes. Runs it on this transaction's connection. Without a
   * transaction, takes a connection from the pool, and closes it if it stays silent.
   */
  run<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.onConnection((runner) => statement(this.dataSource.createEntityManager(runner)));
  }

  /**
   * Like {@link query}, in a transaction, for a long statement that is always the same: each connection parses and plans it
   * once. The plan must not depend on the sizes of the tables: see `useStablePlan`.
   */
  prepared<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    return this.shared.statements.run<Row>(sql, parameters, this.runner);
  }

  /**
   * Runs `work` in a READ COMMITTED transaction, with a session that is bound to it. Repeats `work` after a deadlock or a
   * serialization failure.
   */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const bound = ({ queryRunner }: EntityManager): Promise<T> => work(this.bind(queryRunner!));
    return this.retrying(() =>
      withConnection(this.dataSource, this.timeoutMs, ({ manager }) =>
        this.shared.setsIsolation ? manager.transaction('READ COMMITTED', bound) : manager.transaction(bound),
      ),
    );
  }

  private onConnection<T>(statement: (runner: QueryRunner) => Promise<T>): Promise<T> {
    if (this.bound) return statement((this.parsing ??= withOwnParsers(this.bound)));
    return this.retrying(() =>
      withConnection(this.dataSource, this.timeoutMs, (runner) => statement(withOwnParsers(runner))),
    );
  }

  private bind(runner: QueryRunner): Session {
    return new Session(this.dataSource, runner, this.shared);
  }

  /**
   * Runs `work`. If the database aborted `work` in favour of another transaction, or if prepared statements do not work on
   * its connection, runs `work` again, up to `MAX_TRIES` times in all.
   */
  private async retrying<T>(work: () => Promise<T>): Promise<T> {
    if (this.refusal) throw this.refusal;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const { code = '' } = error as { code?: string };
        if (
          attempt === MAX_TRIES ||
          !(RETRYABLE.has(code) || this.shared.statements.disableIfUnsupported(error))
        )
          throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** attempt));
      }
    }
  }
}

/** TypeORM returns `[rows, count]` for UPDATE and DELETE, and rows for everything else. */
function rowsOf<Row>(result: unknown): Row[] {
  const isCounted =
    Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
  return (isCounted ? result[0] : result) as Row[];
}
