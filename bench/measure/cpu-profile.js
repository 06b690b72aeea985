const { mkdirSync, writeFileSync } = require('node:fs');
const { Session } = require('node:inspector/promises');
const { dirname } = require('node:path');

/**
 * Starts a CPU profile of this process. `stop()` ends the profile and writes it to `file`, for Chrome's DevTools.
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
