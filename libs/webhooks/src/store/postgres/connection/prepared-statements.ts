import { createHash } from 'node:crypto';
import type { Logger, QueryRunner } from 'typeorm';
import { type PgClient, queryParsed } from './own-parsers.js';

/** SQLSTATEs: a prepared statement does not exist, exists already, or would now return other columns. */
const LOST = new Set(['26000', '42P05', '0A000']);

/**
 * Statements that a connection parses and plans only once. TypeORM does not support them, so they go directly to the `pg`
 * client, and to the host's SQL log like other statements. They do not work behind a pooler that uses another connection
 * each time: from the first error on, they are sent as plain statements.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private works = true;
  /** The errors with a SQLSTATE in {@link LOST}. */
  private readonly faults = new WeakSet<object>();

  constructor(private readonly logger: Logger) {}

  /** Runs a statement on the connection of `runner`. `isLogged: false`: the host's SQL log gets only errors. */
  async run<Row>(text: string, values: unknown[], runner: QueryRunner, isLogged = true): Promise<Row[]> {
    return this.runOn((await runner.connect()) as PgClient, text, values, { runner, isLogged });
  }

  /** Like {@link run}, on a client. `runner`: the runner that the client belongs to, for the log. */
  async runOn<Row>(
    client: PgClient,
    text: string,
    values: unknown[],
    { runner, isLogged }: { runner?: QueryRunner; isLogged: boolean },
  ): Promise<Row[]> {
    if (isLogged) this.logger.logQuery(text, values, runner);
    const name = this.works ? { name: this.nameOf(text) } : {};
    try {
      const { rows } = await queryParsed(client, { ...name, text, values });
      return rows as Row[];
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if ('name' in name && LOST.has(code)) this.faults.add(error as Error);
      else this.logger.logQueryError(error as Error, text, values, runner);
      throw error;
    }
  }

  /**
   * Returns true if `error` means that prepared statements do not work on these connections. From then on, all statements
   * are sent as plain ones, and the caller can repeat the work. Several statements that ran at the same time may each get
   * such an error.
   */
  disableIfUnsupported(error: unknown): boolean {
    if (!this.faults.has(error as Error)) return false;
    this.works = false;
    return true;
  }

  /** At most 63 bytes, and different from everybody else's names. */
  private nameOf(text: string): string {
    let name = this.names.get(text);
    if (!name) {
      name = `webhooks_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
      this.names.set(text, name);
    }
    return name;
  }
}
