import type { DataSource } from 'typeorm';

type Query = (statement: string | { text: string }, ...rest: unknown[]) => unknown;

interface Client {
  database: string;
  query: Query;
}

interface PgDriver {
  database: string;
  master: { Client: { prototype: Client } };
}

/**
 * The statements that go to the database of a data source through the clients of `pg`, also those that TypeORM's logger is not
 * told of.
 */
export class ClientLog {
  readonly statements: string[] = [];

  constructor({ driver }: DataSource) {
    const { database, master } = driver as unknown as PgDriver;
    const { prototype } = master.Client;
    const { query } = prototype;
    const { statements } = this;
    prototype.query = function (this: Client, statement, ...rest) {
      if (this.database === database)
        statements.push(typeof statement === 'string' ? statement : statement.text);
      return query.call(this, statement, ...rest);
    };
  }

  /** The statements that ran during `work`. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    const before = this.statements.length;
    await work();
    return this.statements.slice(before);
  }

  /** Resolves when `count` more statements that contain `text` have been sent. */
  async sent(text: string, count: number): Promise<void> {
    const found = () => this.statements.filter((statement) => statement.includes(text)).length;
    const wanted = found() + count;
    while (found() < wanted) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Part of the statement with which a worker asks for work. */
export const POLL = 'as "hasEvents"';
