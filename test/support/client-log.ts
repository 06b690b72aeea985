import type { DataSource } from 'typeorm';

type Query = (statement: string | { text: string }, ...rest: unknown[]) => unknown;

interface Client {
  query: Query;
}

interface Pool {
  on(event: 'acquire', listener: (client: Client) => void): void;
}

/** The statements that a data source sends through the clients of `pg`, also those that TypeORM's logger is not told of. */
export class ClientLog {
  readonly statements: string[] = [];
  private readonly watched = new WeakSet<Client>();

  constructor({ driver }: DataSource) {
    (driver as unknown as { master: Pool }).master.on('acquire', (client) => this.watch(client));
  }

  /** The statements that `work` made. */
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

  private watch(client: Client): void {
    if (this.watched.has(client)) return;
    this.watched.add(client);
    const query = client.query.bind(client);
    client.query = (statement, ...rest) => {
      this.statements.push(typeof statement === 'string' ? statement : statement.text);
      return query(statement, ...rest);
    };
  }
}

/** Part of the statement with which a worker asks for work. */
export const POLL = 'as "hasEvents"';
