const { join } = require('node:path');
const { startChild } = require('./child-process.js');

/**
 * Starts a host in a process of its own.
 *
 * @param {import('./host.js').HostConfig} config
 * @param {(cleanUp: () => unknown) => void} defer
 * @param {string[]} [flags] of Node.js
 */
async function startHost(config, defer, flags) {
  const child = startChild(join(__dirname, 'host-process.js'), [], flags);
  let ended = null;
  const end = () => (ended ??= child.end());
  defer(end);
  await child.call('open', config);
  return {
    pid: child.pid,
    call: child.call,
    /** Shuts down gracefully: requests in flight are finished. */
    async close() {
      await child.call('close');
      await end();
    },
    /** Kills the process: deliveries in flight stay leased. */
    kill: end,
  };
}

module.exports = { startHost };
