// @ts-check
const { randomInt } = require('node:crypto');
const { once } = require('node:events');
const { createServer } = require('node:net');

/**
 * A port for a process that must be told one. It is below those that the system gives out by itself, so that nobody gets
 * it before that process listens.
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

module.exports = { freePort };
