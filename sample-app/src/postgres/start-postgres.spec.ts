import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres } from './start-postgres.js';

// Each test starts a server or two, and other files may run beside it.
jest.setTimeout(30_000);

const isRoot = process.getuid?.() === 0;

/** Runs `body` in a process of its own, which has `start()` and `directory`; answers its output's first line. */
async function inAnotherProcess(
  directory: string,
  body: string,
): Promise<{ line: string; kill(): Promise<void> }> {
  const script = `
    const { startPostgres } = require(${JSON.stringify(join(__dirname, 'start-postgres.js'))});
    const start = () => startPostgres({ directory: ${JSON.stringify(directory)}, durable: false });
    (async () => { ${body} })();
  `;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = await once(child.stdout, 'data');
  return {
    line: String(chunk).trim(),
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'start-postgres-spec-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const dataFolder = () => {
    const moved = join(folder, 'moved-to');
    return join(existsSync(moved) ? readlinkSync(moved) : folder, 'data');
  };

  it('keeps the data from one start to the next', async () => {
    const first = await startPostgres({ directory: folder, durable: false });
    await query(first.url, 'CREATE TABLE kept (id int)');
    await first.stop();
    expect(existsSync(join(dataFolder(), 'postmaster.pid'))).toBe(false);

    const second = await startPostgres({ directory: folder, durable: false });
    expect(await query(second.url, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 0 }]);
    await second.stop();
  });

  it('survives kill -9 of the process that started it, and is found again', async () => {
    const app = await inAnotherProcess(
      folder,
      'console.log((await start()).url); setInterval(() => {}, 1000);',
    );
    await app.kill();

    expect(await query(app.line, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const again = await startPostgres({ directory: folder, durable: false });
    expect(again.url).toBe(app.line);
    await again.stop();
    await expect(query(again.url, 'SELECT 1')).rejects.toThrow(
      /ECONNREFUSED|ECONNRESET|shutting down/, // the server takes its leave when the launcher has
    );
  });

  it('goes on while another process uses it', async () => {
    const app = await inAnotherProcess(
      folder,
      'console.log((await start()).url); setInterval(() => {}, 1000);',
    );
    const mine = await startPostgres({ directory: folder, durable: false });
    await mine.stop();

    expect(await query(app.line, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const last = await startPostgres({ directory: folder, durable: false });
    await app.kill();
    await last.stop();
  });

  it('clears a postmaster.pid whose number belongs to another process now', async () => {
    const first = await startPostgres({ directory: folder, durable: false });
    const pidFile = join(dataFolder(), 'postmaster.pid');
    const written = readFileSync(pidFile, 'utf8').split('\n');
    await first.stop();
    // A process of the server's own user: PostgreSQL takes it for a server and refuses to start.
    const stranger = spawn('sleep', ['60'], isRoot ? { uid: statSync(dataFolder()).uid } : {});
    writeFileSync(pidFile, [String(stranger.pid), ...written.slice(1)].join('\n'));

    const second = await startPostgres({ directory: folder, durable: false });
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
    stranger.kill();
  });

  (isRoot ? it : it.skip)('moves to where the server user gets in, and says so', async () => {
    chmodSync(folder, 0o700);
    const server = await startPostgres({ directory: folder, durable: false });
    expect(server.notice).toMatch(
      // In a clone that the server user cannot enter, the binaries move along.
      /^PostgreSQL runs as "\w+", who cannot enter .*: its (binaries and )?data are in \/var\/tmp\//,
    );
    await server.stop();
    rmSync(readlinkSync(join(folder, 'moved-to')), { recursive: true });
  });
});
