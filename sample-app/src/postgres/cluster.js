// @ts-check
// One PostgreSQL on one data folder: attach to it if it runs, create and start it if not, stop it.
const { spawn, spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { createServer } = require('node:net');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Client } = require('pg');
const { moveInto } = require('./binaries.js');
const { privateFolder } = require('./home.js');

const MAJOR = '18';
/** Kept inside the data folder, so that it lives and dies with the data. */
const PASSWORD_FILE = 'password';
/** The server answers, but is still starting or already stopping. */
const NOT_YET = '57P03';

/**
 * @typedef {{ home: string, binaries: string, user: import('./binaries.js').ServerUser | null, durable: boolean }} Cluster
 * `durable: false` turns fsync off: faster, and lost when the machine goes down.
 */

/** @param {Cluster} cluster */
const dataFolder = (cluster) => join(cluster.home, 'data');

/** @param {Cluster} cluster */
const ids = ({ user }) => (user ? { uid: user.uid, gid: user.gid } : {});

/** @param {Cluster} cluster */
const pidFile = (cluster) => join(dataFolder(cluster), 'postmaster.pid');

/**
 * The URL of the server that runs on the folder, started now if there is none.
 *
 * @param {Cluster} cluster
 * @returns {Promise<string>}
 * @throws {Error} with the end of the server's log
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
      // Somebody else is starting it this moment, or it died and its number belongs to another process now.
      const other = await attach(cluster, 2_000);
      if (other) return other;
      rmSync(pidFile(cluster), { force: true });
    } else if (!/could not (bind|create any)|still in use/.test(failure)) {
      break;
    }
  }
  throw new Error(`PostgreSQL did not start on ${dataFolder(cluster)}:\n${failure}`);
}

/**
 * Stops it with a checkpoint, as `pg_ctl stop -m fast` does: connections are closed. Waits for its end.
 * Only for a caller that holds a connection to it: the number in a stale file may be some other process.
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

/** @param {Cluster} cluster */
function createData(cluster) {
  const data = dataFolder(cluster);
  if (existsSync(data)) {
    const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
    if (version === MAJOR) return;
    throw new Error(
      `${data} belongs to PostgreSQL ${version}, this is ${MAJOR}. Delete it, or set DATABASE_URL.`,
    );
  }
  // Made beside its place and moved into it at the end: an interrupted start leaves no half of a database.
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
 * Starts the server and waits until it answers.
 *
 * @param {Cluster} cluster
 * @param {number} port
 * @returns {Promise<string | null>} what it said when it ended instead
 */
async function launch(cluster, port) {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    ...(cluster.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
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
  const answered = (async () => {
    while (server.exitCode === null && server.signalCode === null) {
      if (postmaster(cluster)?.pid === server.pid && (await answers(runningUrl(cluster))) === 'yes')
        return null;
      await delay(25);
    }
    return ended;
  })();
  return Promise.race([answered, ended]);
}

/**
 * The URL of the server that holds the folder, if one answers there.
 *
 * @param {Cluster} cluster
 * @param {number} [patience] how long to wait for one that does not listen yet; in ms
 */
async function attach(cluster, patience = 0) {
  const end = Date.now() + patience;
  while (postmaster(cluster)) {
    const url = runningUrl(cluster);
    const answer = await answers(url);
    if (answer === 'yes') return url;
    if (answer === 'no' && Date.now() >= end) return null;
    await delay(50);
  }
  return null;
}

/**
 * What the running server wrote about itself.
 *
 * @param {Cluster} cluster
 */
function postmaster(cluster) {
  try {
    const lines = readFileSync(pidFile(cluster), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3] ?? 0) };
  } catch {
    return null; // No server, or one that ended just now.
  }
}

/** @param {Cluster} cluster */
function runningUrl(cluster) {
  const password = readFileSync(join(dataFolder(cluster), PASSWORD_FILE), 'utf8');
  return `postgres://postgres:${password}@127.0.0.1:${postmaster(cluster)?.port ?? 0}/postgres`;
}

/**
 * @param {string} url
 * @returns {Promise<'yes' | 'soon' | 'no'>}
 */
async function answers(url) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {
    // Ending or refusing: connect() has said so already.
  });
  try {
    await client.connect();
    return 'yes';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === NOT_YET ? 'soon' : 'no';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @returns {Promise<number>} a port that was free a moment ago */
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
