import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
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

// Each test starts one or two servers, and other tests may run at the same time.
jest.setTimeout(30_000);

const isRoot = process.getuid?.() === 0;

/** Runs `body`, which can call `start()`, in a process of its own. Returns the first line of its output. */
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

/** Returns when nothing listens any more. A server that is about to stop may still answer, or end a connection. */
async function untilRefused(url: string): Promise<void> {
  for (;;) {
    const error = await query(url, 'SELECT 1').then(
      () => null,
      (reason: NodeJS.ErrnoException) => reason,
    );
    if (error?.code === 'ECONNREFUSED') return;
  }
}

describe('The PostgreSQL that startPostgres runs', () => {
  // The first start creates the data, and later starts find it.
  const folder = mkdtempSync(join(tmpdir(), 'start-postgres-spec-'));
  beforeAll(() => chmodSync(folder, 0o755));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  it('survives kill -9 of the process that started it, and is reused', async () => {
    const app = await inAnotherProcess(
      folder,
      'console.log((await start()).url); setInterval(() => {}, 1000);',
    );
    await app.kill();

    expect(await query(app.line, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const again = await startPostgres({ directory: folder, durable: false });
    expect(again.url).toBe(app.line);
    await again.stop();
    await untilRefused(again.url); // the first launcher may still be stopping the server
  });

  it('keeps running while another process uses it', async () => {
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

  it('deletes a postmaster.pid whose pid belongs to another process', async () => {
    const first = await startPostgres({ directory: folder, durable: false });
    const pidFile = join(dataFolder(), 'postmaster.pid');
    const written = readFileSync(pidFile, 'utf8').split('\n');
    await first.stop();
    // If the pid belongs to a process of the same user, PostgreSQL assumes a running server, and refuses to start.
    const stranger = spawn('sleep', ['60'], isRoot ? { uid: statSync(dataFolder()).uid } : {});
    writeFileSync(pidFile, [String(stranger.pid), ...written.slice(1)].join('\n'));

    const second = await startPostgres({ directory: folder, durable: false });
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
    stranger.kill();
  });

  (isRoot ? it : it.skip)(
    'uses another folder, and says where it is, if the server user cannot enter the given folder',
    async () => {
      const closed = join(folder, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const server = await startPostgres({ directory: closed, durable: false });
      expect(server.notice).toMatch(
        // If the server user cannot enter the clone, the binaries are copied too.
        /^PostgreSQL runs as "\w+", who cannot enter the usual folder of its (binaries and )?data\. PostgreSQL uses \/var\/tmp\//,
      );
      await server.stop();
      rmSync(readlinkSync(join(closed, 'moved-to')), { recursive: true });
    },
  );
});
