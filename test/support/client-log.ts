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
 * The statements that go to the database of a data source through the clients of `pg`. They include those that TypeORM's logger
 * does not see.
 */
export class ClientLog {
  readonly statements: string[] = [];
  private readonly listeners = new Set<(statement: string) => void>();

  constructor({ driver }: DataSource) {
    const { database, master } = driver as unknown as PgDriver;
    const { prototype } = master.Client;
    const { query } = prototype;
    const add = (statement: string): void => {
      this.statements.push(statement);
      for (const listener of this.listeners) listener(statement);
    };
    prototype.query = function (this: Client, statement, ...rest) {
      if (this.database === database) add(typeof statement === 'string' ? statement : statement.text);
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
  sent(text: string, count: number): Promise<void> {
    return new Promise((resolve) => {
      let left = count;
      const listener = (statement: string): void => {
        if (!statement.includes(text)) return;
        left -= 1;
        if (left > 0) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }
}

/** Part of the statement with which a worker polls. */
export const POLL = 'as "hasEvents"';
