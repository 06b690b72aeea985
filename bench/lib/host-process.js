// A host in a process of its own, with the module mounted: publishes, or delivers, or both.
const { setTimeout: delay } = require('node:timers/promises');
const { serve } = require('./child.js');
const { createHost } = require('./host.js');
const { monotonic } = require('./monotonic.js');
const { ownCpu } = require('./own-cpu.js');
const { observeStatements, statementsSent } = require('./statements.js');
const { eventOf, tenantOf } = require('./workload.js');

const MEMORY_EVERY = 100;

let host;
let published = 0;
let peakRss = 0;
/** Duration of each claim, ms: its look for lanes whose turn it is, and its taking from them. */
let claims = [];

setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, MEMORY_EVERY).unref();

serve({
  /** Starts the application. @param {import('./host.js').HostConfig} config */
  async open(config) {
    host = await createHost(config);
    await host.app.init();
  },

  /** One transaction of `count` events for endpoints `from` to `to`, in turn. Answers its times. */
  publishTogether: ({ count, from, to }) => commit(Array.from({ length: count }, () => nextEvent(from, to))),

  /**
   * `perSecond` transactions of one event, on a fixed schedule whatever becomes of them, for so many seconds.
   * Answers, as columns: the event's id, when COMMIT was sent, when it was answered.
   */
  async publishSteadily({ perSecond, seconds, from, to }) {
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

  /** `count` transactions of one event, each after a pause in which everything falls idle. */
  async publishApart({ count, pauseMs, from, to }) {
    const commits = [];
    for (let i = 0; i < count; i++) {
      // Not in step with any poll.
      await delay(pauseMs * (1 + Math.random()));
      commits.push(await commit([nextEvent(from, to)]));
    }
    return columns(commits);
  },

  stats: () => host.webhooks.stats(),

  usage: () => ({
    at: monotonic(),
    cpuMs: ownCpu(),
    statements: statementsSent(),
    rss: process.memoryUsage.rss(),
    peakRss,
  }),

  /** Notes how long claims take from now on. */
  watchClaims() {
    claims = [];
    let lookMs = 0;
    observeStatements((text, ms) => {
      if (!/skip locked/i.test(text) || !text.includes('webhook_lanes')) return;
      if (!text.includes('webhook_deliveries')) lookMs = ms;
      else claims.push(lookMs + ms);
    });
  },

  claims: () => claims,
  close: () => host.app.close(),
});

function nextEvent(from, to) {
  const number = published++;
  // A stride keeps neighbours apart.
  const endpoint = from + ((number * 7919) % (to - from));
  return { ...eventOf(number), tenantId: tenantOf(endpoint), subject: `live_${process.pid}_${number}` };
}

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
