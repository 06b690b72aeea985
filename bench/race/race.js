// Runs the contenders on the same number of deliveries: one round each, then the next round in another order.
const { join } = require('node:path');
const { startChild } = require('../testbed/child-process.js');
const { summary } = require('../measure/figures.js');
const { startPostgres } = require('../testbed/postgres.js');
const { startReceiver } = require('../testbed/receiver.js');
const { startRedis } = require('../testbed/redis.js');

/** Time limit of each part of a round: first all requests arrive, then the contender completes all deliveries. */
const ROUND_SECONDS = 120;

/**
 * @typedef {object} RaceResult
 * @property {import('../contenders/index.js').Contender} contender
 * @property {Record<string, unknown>} settings
 * @property {Record<'perSecond' | 'workerCpu' | 'storeCpu' | 'receiverCpu' | 'statements' | 'enqueue' | 'connections' | 'bytes', ReturnType<typeof summary>>} figures
 *   per delivery: `workerCpu`, `storeCpu`, `receiverCpu` and `enqueue` (µs), `statements`, and `bytes` of the body; per round:
 *   `connections`
 */

/**
 * @param {import('../contenders/index.js').Contender[]} contenders
 * @param {{ deliveries: number, rounds: number, inFlight: number, warmUp: number, profile?: boolean, seconds?: number }} options
 *   `profile`: writes a CPU profile of the last round to results/. `seconds`: after this time, no further round begins; the first
 *   one always runs
 * @param {(cleanUp: () => unknown) => void} defer
 * @returns {Promise<{ results: RaceResult[], stores: Record<string, unknown>, skipped: string[] }>}
 */
async function race(contenders, options, defer) {
  const receiver = await startReceiver();
  defer(() => receiver.end());
  const stores = await openStores(contenders, defer);
  const skipped = [];
  const entries = [];
  for (const contender of contenders) {
    const entry = await startContender(
      contender,
      stores,
      receiver.origin,
      options.inFlight,
      entries.length,
      defer,
    ).catch((error) => {
      if (contender.kind !== 'peer') throw error;
      return String(error.message).split('\n')[0];
    });
    if (typeof entry === 'string') {
      skipped.push(`${contender.name}: ${entry}`);
      console.log(`Skipped ${contender.name}: ${entry}`);
    } else {
      entries.push(entry);
    }
  }
  const numbers = { next: 0 };
  const lastStart = performance.now() + (options.seconds ?? Infinity) * 1000;
  for (const entry of entries) await runRound(entry, receiver, options.warmUp, numbers);
  for (let i = 0; i < options.rounds && (i === 0 || performance.now() < lastStart); i++) {
    for (const entry of roundOrder(entries, i)) {
      const figures = await runRound(
        entry,
        receiver,
        options.deliveries,
        numbers,
        profileOf(entry, options, i),
      );
      entry.rounds.push(figures);
      console.log(
        `round ${i + 1}/${options.rounds}  ${entry.contender.name}: ${Math.round(figures.perSecond)}/s`,
      );
    }
  }
  return {
    results: entries.map(({ contender, settings, rounds }) => ({
      contender,
      settings,
      figures: summaries(rounds),
    })),
    stores: await describeStores(stores),
    skipped,
  };
}

async function openStores(contenders, defer) {
  const wanted = new Set(contenders.map(({ store }) => store));
  return {
    postgres: wanted.has('postgres') ? await startPostgres(defer) : null,
    everysec: wanted.has('everysec') ? await startRedis('everysec', defer) : null,
    always: wanted.has('always') ? await startRedis('always', defer) : null,
  };
}

async function describeStores(stores) {
  const described = {};
  for (const [name, store] of Object.entries(stores)) if (store) described[name] = await store.describe();
  return described;
}

/** Returns the contender in a process of its own, or a sentence that says why it cannot run. */
async function startContender(contender, stores, origin, inFlight, number, defer) {
  const store = contender.store && stores[contender.store];
  if (contender.store && !store)
    return 'redis-server is not installed (Debian: apt-get install redis-server)';
  const config = { file: contender.file, client: contender.client, inFlight, origin };
  if (contender.store === 'postgres') config.databaseUrl = await store.createDatabase(`contender_${number}`);
  else if (store) config.redis = store.connection;
  const child = startChild(join(__dirname, 'contender-process.js'));
  defer(async () => {
    await child.end();
    if (contender.store === 'postgres') await store.dropDatabase(`contender_${number}`);
  });
  return { contender, store, child, settings: await child.call('open', config), rounds: [] };
}

async function runRound({ contender, store, child }, receiver, count, numbers, profile) {
  const first = numbers.next;
  numbers.next += count;
  const enqueueMs = await child.call('prepare', { first, count });
  await store?.checkpoint?.();
  await receiver.reset();
  const before = { receiver: await receiver.counts(), storeMs: store?.cpuMs() ?? null };
  const [, finished] = await Promise.all([
    child.call('start', { profile }),
    receiver
      .arrived(count, ROUND_SECONDS)
      .then(() => child.call('finish', { withinMs: ROUND_SECONDS * 1000 })),
  ]);
  const storeMs = store?.cpuMs() ?? null;
  const after = await receiver.counts();
  await child.call('stop');
  if (after.forged > 0) throw new Error(`${contender.name} sent requests with a wrong signature.`);
  if (after.distinct !== count || after.count !== count) {
    throw new Error(
      `${contender.name} had to send ${count} requests; ${after.count} arrived, ${after.distinct} of them distinct.`,
    );
  }
  const each = (ms) => (ms * 1000) / count;
  return {
    perSecond: (count / finished.ms) * 1000,
    workerCpu: each(finished.cpuMs),
    storeCpu: storeMs === null || before.storeMs === null ? NaN : each(storeMs - before.storeMs),
    receiverCpu: each(after.cpuMs - before.receiver.cpuMs),
    statements: contender.store === 'postgres' ? finished.statements / count : NaN,
    enqueue: each(enqueueMs),
    connections: after.connections,
    bytes: after.bytes / count,
  };
}

/**
 * Returns the file for the CPU profile, which only the last round writes. Profiling slows the process down: do not use the
 * figures of such a run.
 */
function profileOf({ contender }, { profile, rounds }, i) {
  if (!profile || i < rounds - 1) return undefined;
  return join(__dirname, `../results/${contender.name.replaceAll(/[^a-z]+/gi, '-')}.cpuprofile`);
}

/**
 * Returns the order of the contenders in round `i`. Each round rotates the order by one more place, and every second round
 * reverses it. So no contender runs after the same other contender in every round.
 */
function roundOrder(entries, i) {
  // With only two contenders, the rotation and the reversal would cancel each other.
  const start = entries.length > 2 ? i % entries.length : 0;
  const order = [...entries.slice(start), ...entries.slice(0, start)];
  return i % 2 === 0 ? order : order.toReversed();
}

function summaries(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map((name) => [name, summary(rounds.map((each) => each[name]))]),
  );
}

module.exports = { race };
