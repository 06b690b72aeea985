const { join } = require('node:path');
const { startChild } = require('./child.js');

/**
 * A host in a process of its own, started.
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
    /** Graceful, as a shutdown is. */
    async close() {
      await child.call('close');
      await end();
    },
    /** At once: what is in flight stays so. */
    kill: end,
  };
}

module.exports = { startHost };
