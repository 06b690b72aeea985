// @ts-check
const { randomInt } = require('node:crypto');
const { once } = require('node:events');
const { connect, createServer } = require('node:net');
const { setTimeout: delay } = require('node:timers/promises');

const LONGEST_START_MS = 60_000;

/**
 * Returns a free port, for a process that must be told its port. The port is lower than all ports that the system
 * assigns by itself, so the system does not assign it to another process.
 *
 * @returns {Promise<number>}
 */
async function freePort() {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    const server = createServer().listen(port);
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/**
 * Resolves when a process accepts connections on `port` of this machine.
 *
 * @param {number} port
 * @throws {Error} if no process accepts connections within a minute
 */
async function accepting(port) {
  const end = Date.now() + LONGEST_START_MS;
  for (;;) {
    const socket = connect({ port, host: 'localhost' });
    const error = await once(socket, 'connect').then(
      () => null,
      (/** @type {Error} */ refusal) => refusal,
    );
    socket.destroy();
    if (!error) return;
    if (Date.now() > end) throw error;
    await delay(20);
  }
}

module.exports = { accepting, freePort };
