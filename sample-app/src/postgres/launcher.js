// @ts-check
// A process of its own that keeps one PostgreSQL running while other processes use it. `start-postgres.js` starts this
// process. This process guarantees:
// - the server survives an app that is killed, so the next start finds the server or its data;
// - the server stops when its last user calls `leave()` of `presence.js`, or when this process gets a signal. If the last
//   user ends without calling `leave()`, the server stops `lingerMs` later;
// - the folder of a temporary server is deleted when the server stops;
// - several apps on one folder share one server.
const { rmSync } = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');
const { Client } = require('pg');
const { runnableBinaries, serverUser } = require('./binaries.js');
const { ensureRunning, stop } = require('./cluster.js');
const { serverHome } = require('./home.js');
const { countUsers, GOODBYE } = require('./presence.js');

const CHECK_EVERY_MS = 1_000;

/**
 * @typedef {object} LauncherOptions
 * @property {string} [directory] folder of the files. Default: a temporary folder, deleted at the end
 * @property {boolean} durable
 * @property {number} lingerMs
 */

/** @param {LauncherOptions} options */
async function main({ directory, durable, lingerMs }) {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort());
  const user = serverUser();
  const home = serverHome(directory, user, durable);
  const temporary = directory === undefined;
  try {
    const { folder, copied } = runnableBinaries(user, home);
    const moved = [copied && 'binaries', !temporary && home !== directory && 'data'].filter(Boolean);
    const notice =
      moved.length > 0
        ? `PostgreSQL runs as "${user?.name}", who cannot enter the usual folder of its ${moved.join(' and ')}. PostgreSQL uses ${home} instead.`
        : null;
    const cluster = { home, binaries: folder, user, durable };
    const url = await ensureRunning(cluster);
    const watcher = await connectWatcher(url);
    // The caller may have been killed meanwhile. Then sending fails, and the server stops after lingerMs.
    process.send?.({ url, notice }, undefined, undefined, () => undefined);
    if (await waitUntilUnused(watcher, lingerMs, stopping.signal)) await stop(cluster);
  } finally {
    if (temporary) rmSync(home, { recursive: true, force: true });
  }
}

/**
 * Opens a connection that is notified when a user leaves, and that counts users.
 *
 * @param {string} url
 */
async function connectWatcher(url) {
  const client = new Client({ connectionString: url, application_name: 'postgres-launcher' });
  await client.connect();
  await client.query(`LISTEN ${GOODBYE}`);
  return client;
}

/**
 * @param {Client} client
 * @param {number} lingerMs
 * @param {AbortSignal} interrupted aborts when this process gets a signal
 * @returns {Promise<boolean>} true if the server should stop now, false if it has ended already
 */
async function waitUntilUnused(client, lingerMs, interrupted) {
  let graceMs = lingerMs;
  let lastSeen = Date.now();
  let wake = new AbortController();
  if (interrupted.aborted) wake.abort();
  interrupted.addEventListener('abort', () => wake.abort());
  client.on('error', () => {
    // The next query throws too.
  });
  client.on('notification', () => {
    graceMs = 0;
    wake.abort();
  });
  for (;;) {
    await delay(CHECK_EVERY_MS, undefined, { signal: wake.signal }).catch(
      () => (wake = new AbortController()),
    );
    const users = await countUsers(client).catch(() => null);
    if (users === null) return false;
    if (interrupted.aborted) return true;
    if (users === 0 && Date.now() - lastSeen >= graceMs) return true;
    if (users > 0) lastSeen = Date.now();
    if (users > 0 && !wake.signal.aborted) graceMs = lingerMs;
  }
}

main(JSON.parse(process.argv[2] ?? '{}')).then(
  () => process.exit(0),
  (error) => {
    if (!process.connected) process.exit(1);
    process.send?.({ error: error.message }, undefined, undefined, () => process.exit(1));
  },
);
