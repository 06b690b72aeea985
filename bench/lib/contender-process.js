// One contender in a process of its own, from the first round to the last: all run warm.
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Client } = require('pg');
const { serve } = require('./child.js');
const { monotonic } = require('./monotonic.js');
const { ownCpu } = require('./own-cpu.js');
const { startProfile } = require('./profile.js');
const { statementsSent } = require('./statements.js');

/**
 * @typedef {object} ContenderConfig
 * @property {string} file below `contenders/`
 * @property {string} client name of the HTTP client
 * @property {number} inFlight
 * @property {string} origin of the receiver
 * @property {string} [databaseUrl] a database of its own
 * @property {{ host: string, port: number }} [redis]
 * @property {(url: string) => Promise<import('pg').Client>} connect
 */

const LOOK_EVERY = 5;

let contender;
let began;
let profiling = null;

serve({
  /** @param {ContenderConfig} config */
  async open(config) {
    contender = await require(join('../contenders', config.file)).open({ ...config, connect });
    return contender.settings;
  },

  /** Enqueues so many. Answers how long that took, ms. */
  async prepare({ first, count }) {
    const from = monotonic();
    await contender.prepare(first, count);
    globalThis.gc?.();
    return monotonic() - from;
  },

  /** `profile`: a file for a CPU profile of this process until it has finished. */
  async start({ profile }) {
    if (profile) profiling = startProfile(profile);
    began = { at: monotonic(), cpu: ownCpu(), statements: statementsSent() };
    await contender.start();
  },

  /** To be called when everything has arrived: answers when all of it is durably completed. */
  async finish({ withinMs }) {
    const deadline = monotonic() + withinMs;
    let looks = 1;
    for (; !(await contender.settled()); looks++) {
      if (monotonic() > deadline) throw new Error('Everything arrived, but not everything was completed.');
      await delay(LOOK_EVERY);
    }
    const finished = {
      ms: monotonic() - began.at,
      cpuMs: ownCpu() - began.cpu,
      // The looks are the bench's own.
      statements: Math.max(0, statementsSent() - began.statements - looks),
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
