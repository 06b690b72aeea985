import type { DataSource } from 'typeorm';

/** The part of a `pg` client that is used here. */
interface PoolClient {
  on(event: 'error', listener: () => void): void;
}

/** The part of a `pg` pool that is used here. It emits `acquire` before it returns a client. */
interface Pool {
  on(event: 'acquire', listener: (client: PoolClient) => void): void;
  removeListener(event: 'acquire', listener: (client: PoolClient) => void): void;
}

/** The part of TypeORM's PostgreSQL driver that is used here. */
interface PgDriver {
  master: Pool;
  slaves?: Pool[];
}

const guarded = new WeakSet<PoolClient>();

/**
 * Prevents the process from crashing when the server ends a session (57P01). The client of the session then emits
 * `error`, and for some microtasks nobody listens: the pool removes its listener before it hands the client over, and
 * TypeORM adds another one later. No error is lost: each statement on this client fails, and the pool drops the client
 * when it is released.
 *
 * @returns a function that removes the guard
 */
export function guardPools(dataSource: DataSource): () => void {
  const { master, slaves = [] } = dataSource.driver as unknown as PgDriver;
  const pools = [master, ...slaves];
  for (const pool of pools) pool.on('acquire', guardClient);
  return () => {
    for (const pool of pools) pool.removeListener('acquire', guardClient);
  };
}

function guardClient(client: PoolClient): void {
  if (guarded.has(client)) return;
  guarded.add(client);
  client.on('error', () => undefined);
}
