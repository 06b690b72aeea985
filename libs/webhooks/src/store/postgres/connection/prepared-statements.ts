import { createHash } from 'node:crypto';
import type { Logger, QueryRunner } from 'typeorm';
import { type PgClient, queryParsed } from './own-parsers.js';

/** SQLSTATEs: no such prepared statement, there is one already, its result would look different now. */
const LOST = new Set(['26000', '42P05', '0A000']);

/**
 * Statements that a connection parses and plans once. TypeORM has no word for them, so they go to the client below it,
 * and to the host's SQL log as any other. Behind a pooler that hands out another connection each time they do not work:
 * then they are sent as plain ones, from the first fault on.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private works = true;
  /** Errors of statements that were sent by a name which the connection does not know, or knows already. */
  private readonly faults = new WeakSet<object>();

  constructor(private readonly logger: Logger) {}

  /** On the connection of `runner`. `isLogged: false`: the host's SQL log gets errors only. */
  async run<Row>(text: string, values: unknown[], runner: QueryRunner, isLogged = true): Promise<Row[]> {
    return this.runOn((await runner.connect()) as PgClient, text, values, { runner, isLogged });
  }

  /** The same on a client. `runner`: whose it is, for the log. */
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
   * Is `error` the fault of a pooler? The same work may be done again, without them. Statements that were under way at the
   * same time may each have such an error.
   */
  disableIfUnsupported(error: unknown): boolean {
    if (!this.faults.has(error as Error)) return false;
    this.works = false;
    return true;
  }

  /** At most 63 bytes, and of nobody else. */
  private nameOf(text: string): string {
    let name = this.names.get(text);
    if (!name) {
      name = `webhooks_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
      this.names.set(text, name);
    }
    return name;
  }
}
