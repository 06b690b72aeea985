import type { DataSource, QueryRunner } from 'typeorm';
import { WebhooksError } from '../../../core/errors.js';
import { createOwnClient } from './own-client.js';

/** The `pg` client in TypeORM's PostgreSQL query runner. */
interface Connection {
  end(): Promise<void>;
}

/** The database did not finish the work in time, so the connection was closed. The work may have been committed nevertheless. */
export class DatabaseTimeoutError extends WebhooksError {
  override readonly name = 'DatabaseTimeoutError';

  constructor(readonly timeoutMs: number) {
    super(
      `The database did not finish the work within ${timeoutMs} ms, so the connection was closed. The work may have been committed nevertheless. If the database can be reached, look for long locks and slow storage.`,
    );
  }
}

/**
 * Runs `work` on a connection to the primary, from the host's pool. A connection can go silent without an error (a
 * partition, a server that moved), and `pg` would wait for ever. So if `work` takes longer than `silenceMs`, this function
 * closes the connection and throws {@link DatabaseTimeoutError}. The changes of `work` may have been committed nevertheless.
 */
export async function withConnection<T>(
  dataSource: DataSource,
  silenceMs: number,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  if (notOpening.has(dataSource)) await checkOpening(dataSource, silenceMs);
  // Reads use the primary, too. With TypeORM's `replication`, a replica may lack what was just written, and nearly every read
  // decides something or shows what was written.
  const runner = dataSource.createQueryRunner('master');
  let isOpen = false;
  const opened = (): void => void (isOpen = true);
  return unlessSilent(runAndRelease(runner, work, opened), silenceMs, () => {
    if (!isOpen) notOpening.add(dataSource);
    void closeConnection(runner);
  });
}

/**
 * Data sources whose pool did not open a connection in time. Each attempt to connect takes a place in the pool until it fails.
 * `pg` leaves the timeout to the operating system, which may take a quarter of an hour. A worker that retries would take all
 * places and could not recover. So the pool is not asked again until the server answers.
 */
const notOpening = new WeakSet<DataSource>();

/** Opens a connection outside the pool. Throws {@link DatabaseTimeoutError} unless the server accepts or refuses it in time. */
async function checkOpening(dataSource: DataSource, silenceMs: number): Promise<void> {
  const client = createOwnClient(dataSource);
  if (client) {
    client.on('error', () => undefined);
    const answer = client.connect().catch(() => undefined);
    await unlessSilent(answer, silenceMs, () => client.connection?.stream.destroy());
    void client.end().catch(() => undefined);
  }
  notOpening.delete(dataSource);
}

/** Resolves as `work` does. After `silenceMs`, calls `close` and throws {@link DatabaseTimeoutError}. */
export async function unlessSilent<T>(work: Promise<T>, silenceMs: number, close: () => void): Promise<T> {
  let timeout!: NodeJS.Timeout;
  const silence = new Promise<never>((_, reject) => {
    timeout = setTimeout(() => {
      reject(new DatabaseTimeoutError(silenceMs));
      close();
    }, silenceMs);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timeout);
  }
}

async function runAndRelease<T>(
  runner: QueryRunner,
  work: (runner: QueryRunner) => Promise<T>,
  onOpen: () => void,
): Promise<T> {
  try {
    await runner.connect();
    onOpen();
    return await work(runner);
  } finally {
    await runner.release();
  }
}

/** Closes the connection, even while a statement runs on it, so that the pool opens a new one. */
async function closeConnection(runner: QueryRunner): Promise<void> {
  try {
    const connection = (await runner.connect()) as Connection;
    await connection.end();
  } catch {
    // The connection was never opened, or is already closed. Nobody waits for it any more.
  }
}
