// A host with the module mounted, in a process of its own. It publishes, or delivers, or does both.
const { setTimeout: delay } = require('node:timers/promises');
const { serve } = require('./child-process.js');
const { createHost } = require('./host.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { processCpuMs } = require('../measure/cpu-of-this-process.js');
const { observeStatements, statementsSent } = require('../measure/statements.js');
const { eventOf, tenantOf } = require('../workload/workload.js');

const MEMORY_SAMPLE_MS = 100;

let host;
let published = 0;
let peakRss = 0;
/** Duration (ms) of the two statements of each claim: the first locks lanes, the second leases their deliveries. */
let claimTimesMs = [];

setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, MEMORY_SAMPLE_MS).unref();

serve({
  /** Starts the application. @param {import('./host.js').HostConfig} config */
  async open(config) {
    host = await createHost(config);
    await host.app.init();
  },

  /** Publishes `count` events in one transaction, for the endpoints `from` to `to - 1`. Returns what `commit` returns. */
  publishInOneTransaction: ({ count, from, to }) =>
    commit(Array.from({ length: count }, () => nextEvent(from, to))),

  /** Publishes one event for a callback to each of `urls`, all of one tenant, in one transaction. Returns what `commit` returns. */
  publishCallbacks: ({ tenantId, urls }) =>
    commit(urls.map((callbackUrl) => ({ ...nextEvent(0, 1), tenantId, callbackUrl }))),

  /**
   * Publishes `perSecond` events a second, each in its own transaction. The schedule is fixed: slow transactions do not delay
   * the next ones. Returns columns: ids of the events, when COMMIT was sent, and when COMMIT returned.
   */
  async publishAtRate({ perSecond, seconds, from, to }) {
    const total = Math.round(perSecond * seconds);
    const start = monotonic();
    const commits = [];
    for (let i = 0; i < total; i++) {
      const wait = start + (i * 1000) / perSecond - monotonic();
      if (wait > 0) await delay(wait);
      commits.push(commit([nextEvent(from, to)]));
    }
    return columns(await Promise.all(commits));
  },

  /** Publishes `count` events, each in its own transaction, after pauses in which the worker becomes idle. Returns columns. */
  async publishWithPauses({ count, pauseMs, from, to }) {
    const commits = [];
    for (let i = 0; i < count; i++) {
      // The pause is random, so that the events are not in step with polling.
      await delay(pauseMs * (1 + Math.random()));
      commits.push(await commit([nextEvent(from, to)]));
    }
    return columns(commits);
  },

  stats: () => host.webhooks.stats(),

  usage: () => ({
    at: monotonic(),
    cpuMs: processCpuMs(),
    statements: statementsSent(),
    rss: process.memoryUsage.rss(),
    peakRss,
  }),

  /** From now on, records the duration of each claim. */
  watchClaims() {
    claimTimesMs = [];
    let lockMs = 0;
    observeStatements((text, ms) => {
      if (!/skip locked/i.test(text) || !text.includes('webhook_lanes')) return;
      if (!text.includes('webhook_deliveries')) lockMs = ms;
      else claimTimesMs.push(lockMs + ms);
    });
  },

  claims: () => claimTimesMs,
  close: () => host.app.close(),
});

function nextEvent(from, to) {
  const number = published++;
  // The stride spreads consecutive events over the endpoints.
  const endpoint = from + ((number * 7919) % (to - from));
  return { ...eventOf(number), tenantId: tenantOf(endpoint), subject: `live_${process.pid}_${number}` };
}

/** Publishes events in one transaction. Returns the id of the first event, when COMMIT was sent, and when COMMIT returned. */
async function commit(events) {
  const runner = host.dataSource.createQueryRunner();
  try {
    await runner.connect();
    await runner.startTransaction();
    const [{ id }] = await host.webhooks.publish(runner.manager, events);
    const sent = monotonic();
    await runner.commitTransaction();
    return { id, sent, committed: monotonic() };
  } finally {
    await runner.release();
  }
}

function columns(commits) {
  return {
    ids: commits.map(({ id }) => id),
    sent: commits.map(({ sent }) => sent),
    committed: commits.map(({ committed }) => committed),
  };
}
