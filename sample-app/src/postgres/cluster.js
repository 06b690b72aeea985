// @ts-check
// One PostgreSQL on one data folder. If it runs, attaches to it; otherwise creates and starts it. Also stops it.
const { spawn, spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { createServer } = require('node:net');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Client } = require('pg');
const { moveInto } = require('./binaries.js');
const { isInMemory, privateFolder } = require('./home.js');

const MAJOR = '18';
/** A file inside the data folder, so that the password is deleted with the data. */
const PASSWORD_FILE = 'password';
/** SQLSTATE `cannot_connect_now`: the server is starting or stopping. */
const CANNOT_CONNECT_NOW = '57P03';

/**
 * @typedef {{ home: string, binaries: string, user: import('./binaries.js').ServerUser | null, durable: boolean }} Cluster
 * `durable: false` turns fsync off. The server is then faster, but a crash of the machine may lose data.
 */

/** @param {Cluster} cluster */
const dataFolder = (cluster) => join(cluster.home, 'data');

/** @param {Cluster} cluster */
const ids = ({ user }) => (user ? { uid: user.uid, gid: user.gid } : {});

/** @param {Cluster} cluster */
const pidFile = (cluster) => join(dataFolder(cluster), 'postmaster.pid');

/**
 * Returns the URL of the server that runs on the folder. Starts one if there is none.
 *
 * @param {Cluster} cluster
 * @returns {Promise<string>}
 * @throws {Error} with the server's log
 */
async function ensureRunning(cluster) {
  createData(cluster);
  const running = await attach(cluster);
  if (running) return running;
  let failure;
  for (let attempt = 0; attempt < 5; attempt++) {
    failure = await launch(cluster, await freePort());
    if (failure === null) return runningUrl(cluster);
    if (failure.includes('postmaster.pid')) {
      // Another process is starting the server now, or the server died and its pid belongs to another process.
      const other = await attach(cluster, isStranger(cluster) ? 0 : 2_000);
      if (other) return other;
      rmSync(pidFile(cluster), { force: true });
    } else if (!/could not (bind|create any)|still in use/.test(failure)) {
      break;
    }
  }
  throw new Error(`PostgreSQL did not start on ${dataFolder(cluster)}:\n${failure}`);
}

/**
 * Like `pg_ctl stop -m fast`, closes the server's connections and stops it with a checkpoint. Waits until it has ended.
 * The caller must hold a connection to the server, because the pid in a stale file may belong to another process.
 *
 * @param {Cluster} cluster
 */
async function stop(cluster) {
  const pid = postmaster(cluster)?.pid;
  if (!pid) return;
  process.kill(pid, 'SIGINT');
  while (existsSync(pidFile(cluster)) && isAlive(pid)) await delay(20);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Returns true if the process that the pid file names is certainly not a server on this folder. A server makes its data
 * folder the working directory before it writes the pid file.
 *
 * @param {Cluster} cluster
 */
function isStranger(cluster) {
  try {
    return readlinkSync(`/proc/${postmaster(cluster)?.pid}/cwd`) !== realpathSync(dataFolder(cluster));
  } catch {
    return false; // There is no /proc, or the process belongs to another user.
  }
}

/** @param {Cluster} cluster */
function createData(cluster) {
  const data = dataFolder(cluster);
  if (existsSync(data)) {
    const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
    if (version === MAJOR) return;
    throw new Error(
      `${data} belongs to PostgreSQL ${version}, but this is PostgreSQL ${MAJOR}. Delete that folder, or set DATABASE_URL.`,
    );
  }
  // The folder is moved to its final place when it is complete, so that an interrupted start leaves no partial database.
  const partial = `${data}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  privateFolder(partial, cluster.user);
  const passwordFile = join(cluster.home, `${PASSWORD_FILE}.${process.pid}`);
  writeFileSync(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 });
  if (cluster.user) chownSync(passwordFile, cluster.user.uid, cluster.user.gid);
  const options = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
  const initdb = spawnSync(
    join(cluster.binaries, 'bin', 'initdb'),
    [
      `--pgdata=${partial}`,
      `--pwfile=${passwordFile}`,
      ...options,
      ...(cluster.durable ? [] : ['--no-sync']),
    ],
    { ...ids(cluster), cwd: '/', encoding: 'utf8' },
  );
  if (initdb.status !== 0) throw new Error(`initdb failed on ${data}:\n${initdb.error ?? initdb.stderr}`);
  renameSync(passwordFile, join(partial, PASSWORD_FILE));
  moveInto(partial, data);
}

/**
 * Starts the server and waits until it accepts connections.
 *
 * @param {Cluster} cluster
 * @param {number} port
 * @returns {Promise<string | null>} `null` if the server accepts connections, or its log if it has ended
 */
async function launch(cluster, port) {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    ...(cluster.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...(isInMemory(cluster.home) ? { max_wal_size: '256MB', file_copy_method: 'clone' } : {}),
  };
  const logFile = join(cluster.home, 'postgres.log');
  const log = openSync(logFile, 'w');
  const server = spawn(
    join(cluster.binaries, 'bin', 'postgres'),
    [
      '-D',
      dataFolder(cluster),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      ...ids(cluster),
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  const ended = new Promise((resolve) => {
    server.once('error', (error) => resolve(`${error.message}\n`));
    server.once('exit', () => resolve(readFileSync(logFile, 'utf8')));
  });
  server.unref();
  const started = (async () => {
    while (server.exitCode === null && server.signalCode === null) {
      if (postmaster(cluster)?.pid === server.pid && (await probe(runningUrl(cluster))) === 'ready')
        return null;
      await delay(25);
    }
    return ended;
  })();
  return Promise.race([started, ended]);
}

/**
 * Returns the URL of the server that runs on the folder, or null if none accepts connections.
 *
 * @param {Cluster} cluster
 * @param {number} [timeoutMs] how long to wait for a server that does not listen yet
 */
async function attach(cluster, timeoutMs = 0) {
  const end = Date.now() + timeoutMs;
  while (postmaster(cluster)) {
    const url = runningUrl(cluster);
    const state = await probe(url);
    if (state === 'ready') return url;
    if (state === 'down' && Date.now() >= end) return null;
    await delay(50);
  }
  return null;
}

/**
 * Returns the pid and port in the pid file, or null if there is none. The server that wrote the file may have died.
 *
 * @param {Cluster} cluster
 */
function postmaster(cluster) {
  try {
    const lines = readFileSync(pidFile(cluster), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3] ?? 0) };
  } catch {
    return null; // There is no server, or it has just ended.
  }
}

/** @param {Cluster} cluster */
function runningUrl(cluster) {
  const password = readFileSync(join(dataFolder(cluster), PASSWORD_FILE), 'utf8');
  return `postgres://postgres:${password}@127.0.0.1:${postmaster(cluster)?.port ?? 0}/postgres`;
}

/**
 * @param {string} url
 * @returns {Promise<'ready' | 'starting' | 'down'>}
 */
async function probe(url) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {
    // The server ends or refuses the connection; connect() throws the same error.
  });
  try {
    await client.connect();
    return 'ready';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === CANNOT_CONNECT_NOW
      ? 'starting'
      : 'down';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @returns {Promise<number>} a port that is free now */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

module.exports = { ensureRunning, stop };
