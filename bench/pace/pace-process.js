// One process of a contender: it publishes at a pace, or sends, or does both.
const { setTimeout: delay } = require('node:timers/promises');
const { join } = require('node:path');
const { serve } = require('../testbed/child-process.js');
const { processCpuMs } = require('../measure/cpu-of-this-process.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { runConcurrently } = require('../workload/run-concurrently.js');

/**
 * @typedef {object} PacedConfig
 * @property {string} file in this folder
 * @property {'both' | 'publish' | 'send'} role
 * @property {'axios' | 'undici'} client
 * @property {number} inFlight
 * @property {string} origin of the receiver
 * @property {string} databaseUrl
 * @property {{ host: string, port: number }} [redis]
 */

let contender;
let next = 0;

serve({
  /** @param {PacedConfig} config */
  async open(config) {
    contender = await require(join(__dirname, config.file)).open(config);
  },

  /**
   * Publishes `perSecond` events a second. Each is published at a random moment of its own interval, so that the events are not
   * in step with timers. Slow transactions do not delay the next ones. Returns columns: ids, when COMMIT was sent, and
   * when COMMIT returned.
   */
  async publishAtRate({ perSecond, count }) {
    const start = monotonic();
    const commits = [];
    for (let i = 0; i < count; i++) {
      const wait = start + ((i + Math.random()) * 1000) / perSecond - monotonic();
      if (wait > 0) await delay(wait);
      commits.push(contender.publish(next++));
    }
    return columns(await Promise.all(commits));
  },

  /** Publishes for `seconds` with `publishers` loops that do not pause. Returns the same columns. */
  async publishFlatOut({ publishers, seconds }) {
    const end = monotonic() + seconds * 1000;
    const commits = [];
    await runConcurrently(publishers, publishers, async () => {
      while (monotonic() < end) commits.push(await contender.publish(next++));
    });
    return columns(commits);
  },

  cpuMs: () => processCpuMs(),
  close: () => contender.close(),
});

function columns(commits) {
  return {
    ids: commits.map(({ id }) => id),
    sent: commits.map(({ sent }) => sent),
    committed: commits.map(({ committed }) => committed),
  };
}
