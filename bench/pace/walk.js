// Walks one contender through the rates, in processes of its own.
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { arrivalTimes } = require('../measure/arrival-times.js');
const { watchDatabase } = require('../measure/database-work.js');
const { latencies } = require('../measure/figures.js');
const { startChild } = require('../testbed/child-process.js');
const { CREATE } = require('./host-row.js');

const WARM_UP = { perSecond: 100, count: 500 };
/** Minimum number of events in one step: a percentile of fewer events means little. */
const MIN_EVENTS = 20;
/** Wait (ms) after the last arrival, so that recording its outcome counts too. */
const SETTLE_MS = 300;
const ARRIVAL_SECONDS = 60;

/**
 * @typedef {object} Step
 * @property {number} perSecond events that arrived per second
 * @property {ReturnType<typeof latencies>} sent how long (ms) events took to arrive after COMMIT was sent
 * @property {ReturnType<typeof latencies>} committed how long (ms) events took to arrive after COMMIT returned
 * @property {Record<'statements' | 'planMs' | 'executionMs' | 'walBytes' | 'hostMs' | 'workerMs' | 'storeMs' | 'cpuMs', number>} each per event. `hostMs`,
 *   `workerMs`, `storeMs`: CPU time; `workerMs` is 0 if the host's process is also the worker. `cpuMs`: their sum
 * @property {any[]} top the statements that took most of the database's time
 */

/**
 * @param {import('./index.js').PacedContender} contender
 * @param {{ rates: (number | 'limit')[], seconds: number, publishers: number, inFlight: number, name: string }} options `name`: the name of the database
 * @param {{ postgres: any, receiver: any, redis: any, defer: (cleanUp: () => unknown) => void }} testbed
 * @returns {Promise<Map<number | 'limit', Step>>}
 */
async function walk(
  contender,
  { rates, seconds, publishers, inFlight, name },
  { postgres, receiver, redis, defer },
) {
  const databaseUrl = await postgres.createDatabase(name);
  const sql = await postgres.connect(databaseUrl);
  await sql.query(CREATE);
  await require(join(__dirname, contender.file)).prepare?.({ databaseUrl, sql, origin: receiver.origin });
  await sql.query('vacuum analyze');
  if (contender.usesRedis) await redis.empty();
  const database = await watchDatabase(postgres, new URL(databaseUrl).pathname.slice(1));
  const { file, client } = contender;
  const config = { file, client, inFlight, databaseUrl, origin: receiver.origin, redis: redis?.connection };
  const host = await start({ ...config, role: contender.processes === 1 ? 'both' : 'publish' }, defer);
  const worker = contender.processes === 1 ? null : await start({ ...config, role: 'send' }, defer);
  const stores = [postgres, ...(contender.usesRedis ? [redis] : [])];
  const cpuOf = async () => ({
    hostMs: await host.call('cpuMs'),
    workerMs: (await worker?.call('cpuMs')) ?? 0,
    storeMs: stores.reduce((sum, store) => sum + (store.cpuMs() ?? NaN), 0),
  });
  const publish = async (method, params) => {
    await receiver.reset({ recording: '/' });
    const commits = await host.call(method, params);
    const lastAt = await receiver.arrived(commits.ids.length, ARRIVAL_SECONDS);
    await delay(SETTLE_MS);
    return { commits, lastAt };
  };
  await publish('publishAtRate', WARM_UP);
  await sql.query('vacuum analyze');

  const steps = new Map();
  for (const rate of rates) {
    await postgres.checkpoint();
    const before = await cpuOf();
    await database.reset();
    const { commits, lastAt } =
      rate === 'limit'
        ? await publish('publishFlatOut', { publishers, seconds })
        : await publish('publishAtRate', {
            perSecond: rate,
            count: Math.max(MIN_EVENTS, Math.round(rate * seconds)),
          });
    const work = await database.read();
    steps.set(
      rate,
      stepOf(commits, lastAt, await receiver.record(), work, before, await cpuOf(), await database.top(8)),
    );
  }
  await worker?.call('close');
  await host.call('close');
  await Promise.all([worker?.end(), host.end()]);
  await sql.end();
  await postgres.dropDatabase(name);
  return steps;
}

async function start(config, defer) {
  const child = startChild(join(__dirname, 'pace-process.js'));
  defer(() => child.end());
  await child.call('open', config);
  return child;
}

function stepOf(commits, lastAt, record, work, before, after, top) {
  const { fromSent, fromCommitted } = arrivalTimes(commits, record);
  const count = commits.ids.length;
  const cpu = Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - before[name]]));
  const total = { ...work, ...cpu, cpuMs: cpu.hostMs + cpu.workerMs + cpu.storeMs };
  return {
    perSecond: (count * 1000) / (lastAt - commits.sent.reduce((least, at) => Math.min(least, at))),
    sent: latencies(fromSent),
    committed: latencies(fromCommitted),
    each: Object.fromEntries(Object.entries(total).map(([name, value]) => [name, value / count])),
    top,
  };
}

module.exports = { walk };
