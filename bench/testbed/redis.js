// A Redis for BullMQ: an instance of Debian's redis-server on loopback, with an append-only file and no snapshots.
const { spawn, spawnSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, rmSync } = require('node:fs');
const { createServer } = require('node:net');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { processTreeCpuMs } = require('../measure/cpu-of-processes.js');
const { ROOT } = require('./engine.js');
const { median } = require('../measure/figures.js');

/**
 * Returns `null` if redis-server is not installed.
 *
 * @param {'everysec' | 'always'} appendfsync
 * @param {(cleanUp: () => unknown) => void} defer
 */
async function startRedis(appendfsync, defer) {
  const version = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  if (version.status !== 0) return null;
  mkdirSync(join(ROOT, '.data'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.data/bench-redis-'));
  const port = await freePort();
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync,
    // A rewrite would distort the round in which it happens.
    'auto-aof-rewrite-percentage': '0',
    'maxmemory-policy': 'noeviction',
  };
  const server = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: 'ignore' },
  );
  const exited = new Promise((resolve) => server.once('exit', resolve));
  defer(async () => {
    server.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  const client = await connected(port, defer);
  return {
    connection: { host: '127.0.0.1', port },
    cpuMs: () => processTreeCpuMs(server.pid),
    empty: () => client.flushall(),
    commands: async () => Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))[1]),
    describe: async () => ({
      version: /v=(\S+)/.exec(version.stdout)?.[1],
      appendfsync,
      oneSetMs: await oneSet(client),
    }),
  };
}

async function connected(port, defer) {
  const { Redis } = require('ioredis');
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null });
  // Until Redis has started, connect() throws, and the client emits an error. Without this listener, ioredis would print it.
  client.on('error', () => undefined);
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await client.connect();
      defer(() => client.disconnect());
      return client;
    } catch {
      await delay(50);
    }
  }
  throw new Error(`redis-server did not answer on port ${port} within 5 s.`);
}

async function oneSet(client) {
  const times = [];
  for (let i = 0; i < 200; i++) {
    const began = performance.now();
    await client.set('probe', i);
    times.push(performance.now() - began);
  }
  await client.del('probe');
  return median(times);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

module.exports = { startRedis };
