import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../support/free-port.js';

/**
 * The command of PgBouncer, or `null` if it is not installed. Debian installs it in a directory that is not in every
 * user's PATH.
 */
export const pgbouncer =
  ['pgbouncer', '/usr/sbin/pgbouncer'].find((file) => spawnSync(file, ['--version']).status === 0) ?? null;

/** A pooler in front of a database. */
export interface Pooler {
  url: string;
  close(): Promise<void>;
}

/** Starts a PgBouncer with two connections to the database. Successive transactions use them in turn. */
export async function startPgbouncer(databaseUrl: string): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
  const port = await freePort();
  const { hostname, port: databasePort, pathname, username, password } = new URL(databaseUrl);
  const target = `host=${hostname} port=${databasePort} dbname=${pathname.slice(1)} user=${username} password=${decodeURIComponent(password)}`;
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(
    config,
    `[databases]
    pooled = ${target}
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${port}
    unix_socket_dir =
    auth_type = any
    pool_mode = transaction
    default_pool_size = 2
    server_round_robin = 1
    server_reset_query =
    `.replaceAll(/^ +/gm, ''),
  );
  // PgBouncer refuses to run as root, so root starts it as the user `nobody`, which must be able to read this folder.
  chmodSync(folder, 0o755);
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(pgbouncer!, [...asNobody, config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  const lines: string[] = [];
  await new Promise<void>((started, failed) => {
    child.once('error', failed);
    child.once('exit', () => failed(new Error(`pgbouncer ended: ${lines.join('\n')}`)));
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      if (line.includes('process up')) started();
    });
  });
  return {
    url: `postgres://pooled@127.0.0.1:${port}/pooled`,
    async close() {
      child.kill('SIGTERM');
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
}
