import type { DataSource, QueryRunner } from 'typeorm';
import { WebhooksError } from '../../../core/errors.js';

/** What TypeORM's PostgreSQL query runner holds: a client of `pg`. */
interface Connection {
  end(): Promise<void>;
}

/** The database said nothing for so long that its connection was given up. The work is tried again on another one. */
export class DatabaseTimeoutError extends WebhooksError {
  override readonly name = 'DatabaseTimeoutError';

  constructor(readonly silentMs: number) {
    super(
      `The database did not answer for ${silentMs} ms, so this connection to it was given up. If it was only slow, look for long locks and slow storage.`,
    );
  }
}

/**
 * Runs `work` on a connection to the primary, from the host's pool. A connection can go silent without an error (a
 * partition, a server that moved), and then `pg` waits for ever: after `silenceMs` it is broken off and this throws
 * {@link DatabaseTimeoutError}. What `work` did may have been committed all the same.
 */
export async function withConnection<T>(
  dataSource: DataSource,
  silenceMs: number,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  // Reads too: under TypeORM's `replication` a replica may not have yet what this module or another process has just
  // written, and nearly every read decides something or shows what was written.
  const runner = dataSource.createQueryRunner('master');
  return unlessSilent(runAndRelease(runner, work), silenceMs, () => void closeConnection(runner));
}

/** Resolves as `work` does. After `silenceMs` it calls `close` and throws {@link DatabaseTimeoutError}. */
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

async function runAndRelease<T>(runner: QueryRunner, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
}

/** Ends the connection, a running statement with it, so that the pool opens a new one. */
async function closeConnection(runner: QueryRunner): Promise<void> {
  try {
    const connection = (await runner.connect()) as Connection;
    await connection.end();
  } catch {
    // It could not be made, or is gone already: either way nobody waits for it any more.
  }
}
