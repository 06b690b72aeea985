// Runs one contender in a process of its own. The process lives for all rounds, so that every contender runs warm.
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Client } = require('pg');
const { serve } = require('../testbed/child-process.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { processCpuMs } = require('../measure/cpu-of-this-process.js');
const { startProfile } = require('../measure/cpu-profile.js');
const { statementsSent } = require('../measure/statements.js');

/**
 * @typedef {object} ContenderConfig
 * @property {string} file in `contenders/`
 * @property {string} client name of the HTTP client
 * @property {number} inFlight
 * @property {string} origin of the receiver
 * @property {string} [databaseUrl] a database of its own
 * @property {{ host: string, port: number }} [redis]
 * @property {(url: string) => Promise<import('pg').Client>} connect
 */

const POLL_MS = 5;

let contender;
let began;
let profiling = null;

serve({
  /** @param {ContenderConfig} config */
  async open(config) {
    contender = await require(join('../contenders', config.file)).open({ ...config, connect });
    return contender.settings;
  },

  /** Empties the store and enqueues `count` jobs. Returns the duration (ms) of the whole preparation. */
  async prepare({ first, count }) {
    const from = monotonic();
    await contender.prepare(first, count);
    globalThis.gc?.();
    return monotonic() - from;
  },

  /** `profile`: the file that gets a CPU profile of this process, from now until `finish`. */
  async start({ profile }) {
    if (profile) profiling = startProfile(profile);
    began = { at: monotonic(), cpu: processCpuMs(), statements: statementsSent() };
    await contender.start();
  },

  /** Call this after all requests have arrived. Returns when all of them are durably completed. */
  async finish({ withinMs }) {
    const deadline = monotonic() + withinMs;
    let polls = 1;
    for (; !(await contender.isDone()); polls++) {
      if (monotonic() > deadline)
        throw new Error('Everything arrived, but not everything was completed in time.');
      await delay(POLL_MS);
    }
    const finished = {
      ms: monotonic() - began.at,
      cpuMs: processCpuMs() - began.cpu,
      // Without the statements of `isDone`: they are the benchmark's own.
      statements: Math.max(0, statementsSent() - began.statements - polls),
    };
    await profiling?.stop();
    profiling = null;
    return finished;
  },

  stop: () => contender.stop(),
});

async function connect(url) {
  const client = new Client({ connectionString: url, application_name: 'bench' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
