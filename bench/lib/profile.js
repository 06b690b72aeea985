const { mkdirSync, writeFileSync } = require('node:fs');
const { Session } = require('node:inspector/promises');
const { dirname } = require('node:path');

/**
 * A CPU profile of this process, for Chrome's DevTools, from now until `stop()`.
 *
 * @param {string} file
 */
function startProfile(file) {
  const session = new Session();
  session.connect();
  void session.post('Profiler.enable');
  void session.post('Profiler.start');
  return {
    async stop() {
      const { profile } = await session.post('Profiler.stop');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(profile));
      session.disconnect();
    },
  };
}

module.exports = { startProfile };
