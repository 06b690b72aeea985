// The PostgreSQL of a benchmark: the embedded one with its defaults and fsync on, or the one that DATABASE_URL names.
const { join } = require('node:path');
const { Client } = require('pg');
const { processTreeCpuMs, parentOf } = require('../measure/cpu-of-processes.js');
const { ROOT } = require('./engine.js');
const { median } = require('../measure/figures.js');

/**
 * @param {(cleanUp: () => unknown) => void} defer
 * @param {{ statements?: boolean }} [options] `statements`: starts a separate server whose `pg_stat_statements` counts
 *   statements and measures their planning. If DATABASE_URL is set, its server must load the extension already
 */
async function startPostgres(defer, { statements = false } = {}) {
  const url = process.env.DATABASE_URL ?? (await (statements ? counting(defer) : embedded(defer)));
  const client = await connect(url, defer);
  const postmaster = await postmasterOf(client);
  if (!process.env.DATABASE_URL) await dropOrphans(client);
  return {
    url,

    /** Runs SQL in the server's default database. */
    query: (sql, parameters) => client.query(sql, parameters),

    /** CPU time (ms) of all server processes, or `null` if there is no /proc or the server runs on another machine. */
    cpuMs: () => processTreeCpuMs(postmaster),

    /** Creates an empty database, or a copy of another one. Returns its URL. */
    async createDatabase(name, template) {
      // With `file_copy`, a template of a gigabyte does not go through the WAL.
      const original = template ? nameOf(template) : 'template0';
      await client.query(`create database ${nameOf(name)} template ${original} strategy file_copy`);
      return urlOf(url, nameOf(name));
    },

    /**
     * Returns the URL of a database that stays after the run. If the database is missing, creates it empty. `name`: letters,
     * digits, underscores.
     */
    async keptDatabase(name) {
      const { rowCount } = await client.query(`select from pg_database where datname = $1`, [name]);
      if (rowCount === 0) await client.query(`create database ${name} template template0`);
      return urlOf(url, name);
    },

    dropDatabase: (name) => client.query(`drop database if exists ${nameOf(name)} with (force)`),

    /** Writes everything to disk, so that no round pays for the writes of the round before. */
    checkpoint: () => client.query('checkpoint'),

    describe: () => describe(client),
    connect: (databaseUrl) => connect(databaseUrl, defer),
  };
}

async function embedded(defer, folder = '.data/bench') {
  const server = await startEmbedded(folder);
  defer(() => server.stop());
  if (server.notice) console.log(server.notice);
  return server.url;
}

function startEmbedded(folder) {
  const { startPostgres: start } = require('../../sample-app/src/postgres/start-postgres.js');
  // The files are in `.data`, like those of the sample, because a temporary folder may not be on a real disk.
  return start({ directory: join(ROOT, folder), durable: true, lingerMs: 5_000 });
}

/**
 * Starts a server that loads `pg_stat_statements`. A change of `shared_preload_libraries` takes effect after a restart. The
 * other benchmarks use a server without the extension, because the extension costs a little time.
 */
async function counting(defer) {
  const folder = '.data/bench-statements';
  const server = await startEmbedded(folder);
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query('show shared_preload_libraries');
  if (!rows[0].shared_preload_libraries.includes('pg_stat_statements')) {
    await client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
    await client.query(`alter system set pg_stat_statements.track_planning = on`);
  }
  await client.end();
  await server.stop();
  return embedded(defer, folder);
}

/** Includes the process id, so that simultaneous runs have separate databases. The figures of such runs are worthless. @param {string} name */
function nameOf(name) {
  return `bench_${process.pid}_${name}`;
}

/** Drops the databases that killed runs have left. */
async function dropOrphans(client) {
  const { rows } = await client.query(
    `select datname as name from pg_database where datname ~ '^bench_[0-9]+_'`,
  );
  for (const { name } of rows) {
    if (!isAlive(Number(name.split('_')[1])))
      await client.query(`drop database if exists ${name} with (force)`);
    else
      console.log(
        `Another benchmark is running (${name}). Wait until it has ended: the figures of both are wrong.`,
      );
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function connect(url, defer) {
  const client = new Client({ connectionString: url, application_name: 'bench' });
  client.on('error', () => undefined); // The next query reports the error.
  await client.connect();
  defer(() => client.end());
  return client;
}

/**
 * Returns the process id of the server, or 0 if the server runs on another machine. The server is the parent of the process
 * that serves our connection.
 */
async function postmasterOf(client) {
  const { hostname } = new URL(process.env.DATABASE_URL ?? 'http://127.0.0.1');
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return 0;
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return parentOf(rows[0].pid) ?? 0;
}

function urlOf(serverUrl, name) {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function describe(client) {
  const { rows } = await client.query(
    `select name, current_setting(name) as setting from pg_settings
      where name in ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size')`,
  );
  const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  return { ...settings, oneRowCommitMs: await oneRowCommit(client) };
}

/** Median time (ms) of a transaction that inserts one row. */
async function oneRowCommit(client) {
  await client.query('create table if not exists bench_probe (at timestamptz)');
  const times = [];
  for (let i = 0; i < 200; i++) {
    const began = performance.now();
    await client.query('insert into bench_probe values (now())');
    times.push(performance.now() - began);
  }
  await client.query('drop table bench_probe');
  return median(times);
}

module.exports = { startPostgres };
