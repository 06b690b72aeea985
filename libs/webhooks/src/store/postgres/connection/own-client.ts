import type { DataSource } from 'typeorm';
import type { PgStatement } from './own-parsers.js';

/** The part of a `pg` client that is used here. */
export interface OwnClient {
  /** The process id of the session, as reported when the connection was accepted. Poolers invent one. */
  processID?: number | null;
  connect(): Promise<unknown>;
  query(text: string): Promise<{ rows: unknown[] }>;
  query(statement: PgStatement): Promise<{ rows: unknown[] }>;
  end(): Promise<void>;
  readonly connection?: { stream: { destroy(): void } };
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): void;
  on(event: 'error' | 'end', listener: (argument?: unknown) => void): void;
}

/**
 * The part of TypeORM's PostgreSQL driver that is used here. `master` is the host's pool. A `Client` made with the pool's
 * `options` has the host's settings.
 */
interface PgDriver {
  master: { Client?: new (options: unknown) => OwnClient; options: unknown };
}

/** Creates a client for the primary, outside the host's pool. Returns `null` if the driver has no `Client`. */
export function createOwnClient({ driver }: DataSource): OwnClient | null {
  const { Client, options } = (driver as unknown as PgDriver).master;
  return typeof Client === 'function' ? new Client(options) : null;
}
