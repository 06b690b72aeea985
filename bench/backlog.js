// With a million due deliveries, most of them for endpoints that hang: how much are healthy endpoints delayed, what does a
// claim cost, and how much memory does a worker take?
const { setTimeout: delay } = require('node:timers/promises');
const { publishInBackground } = require('./workload/background-stream.js');
const { median, percentile, summary } = require('./measure/figures.js');
const { startHost } = require('./testbed/start-host.js');
const { startReceiver } = require('./testbed/receiver.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');
const { insertDeliveries, insertEndpoints } = require('./testbed/tables.js');

/** Number of endpoints without a backlog. They get single events while the backlog is sent. */
const LIVE_ENDPOINTS = 100;
const MB = 2 ** 20;

script(
  {
    minutes: 180,
    options: {
      rounds: 5,
      rows: 1_000_000,
      endpoints: 10_000,
      hung: 100,
      share: 0.9,
      origins: 100,
      apart: 10_000,
      live: 10,
      rate: 50,
      timeout: 180,
      spread: 30,
      heap: 192,
    },
  },
  async (options, defer) => {
    const { rounds, origins, apart, heap } = options;
    const smallHeap = [`--max-old-space-size=${heap}`, '--max-semi-space-size=4'];
    const testbed = await createTestbed(defer, { origins });
    const { postgres } = testbed;
    const idle = await idleMemory(testbed, defer);
    const idleSmall = await idleMemory(testbed, defer, smallHeap);
    console.log(
      `an idle worker takes ${(idle / MB).toFixed(0)} MB, with a small heap ${(idleSmall / MB).toFixed(0)} MB`,
    );
    const plan = planOf(options);
    await fill(testbed, 'backlog_all', plan, true);
    await fill(testbed, 'backlog_healthy', plan, false);

    const results = { all: [], healthy: [], small: [] };
    const order = ['healthy', 'all', 'small'];
    for (let i = 0; i < rounds; i++) {
      for (const which of i % 2 === 0 ? order : order.toReversed()) {
        const template = which === 'healthy' ? 'backlog_healthy' : 'backlog_all';
        const result = await drain(
          testbed,
          template,
          plan,
          options,
          defer,
          which === 'small' ? smallHeap : undefined,
        );
        results[which].push(result);
        console.log(
          `round ${i + 1}/${rounds}  ${which}: ${result.perSecond.toFixed(0)}/s, claim p95 ${result.claimP95.toFixed(1)} ms, ` +
            `live p99 ${result.live.p99.toFixed(0)} ms, peak ${(result.peakRss / MB).toFixed(0)} MB${result.stalled ? ', STALLED' : ''}`,
        );
      }
    }
    for (const which of ['all', 'healthy']) await postgres.dropDatabase(`backlog_${which}`);
    const spread = apart === 0 ? [] : await measureSeparateOrigins(testbed, options, defer, smallHeap);

    const of = (which, pick) => summary(results[which].map(pick)).median;
    const row = (what, which) => ({
      due: what,
      'healthy per s': of(which, (each) => each.perSecond),
      'claim p50 ms': of(which, (each) => each.claimP50),
      'claim p95 ms': of(which, (each) => each.claimP95),
      'live p50 ms': of(which, (each) => each.live.p50),
      'live p99 ms': of(which, (each) => each.live.p99),
      'peak MB': of(which, (each) => each.peakRss) / MB,
      'requests that hung': of(which, (each) => each.hung),
      stalled: results[which].filter((each) => each.stalled).length,
    });
    const peak = of('all', (each) => each.peakRss) / MB;
    const peakSmall = of('small', (each) => each.peakRss) / MB;
    const peakApart = median(spread) / MB;
    report({
      name: 'backlog',
      options,
      table: [
        row(`${plan.backlog.count * plan.perHealthy} on healthy endpoints`, 'healthy'),
        row(`the same, and ${plan.hung.count * plan.perHung} behind ${plan.hung.count} that hang`, 'all'),
        row('the same, with a small heap', 'small'),
        ...(spread.length === 0
          ? []
          : [{ due: `${options.rows} on ${apart} origins, with a small heap`, 'peak MB': peakApart }]),
        { due: 'none: an idle worker', 'peak MB': idle / MB },
        { due: 'none: an idle worker with a small heap', 'peak MB': idleSmall / MB },
      ],
      targets: [
        target(
          'healthy throughput with the hung ones / without',
          of('all', (each) => each.perSecond) / of('healthy', (each) => each.perSecond),
          {
            atLeast: 0.9,
          },
        ),
        target(
          'claim p95 with the hung ones',
          of('all', (each) => each.claimP95),
          { atMost: 5, unit: 'ms' },
        ),
        target(
          'live p99 with the hung ones / without',
          of('all', (each) => each.live.p99) / of('healthy', (each) => each.live.p99),
          {
            atMost: 1.5,
          },
        ),
        target(`memory, ${origins} origins: over idle`, peak - idle / MB, { atMost: 80, unit: 'MB' }),
        target(`memory, ${origins} origins, small heap: over idle`, peakSmall - idleSmall / MB, {
          atMost: 80,
          unit: 'MB',
        }),
        ...(spread.length === 0
          ? []
          : [target(`memory, ${apart} origins, small heap`, peakApart, { atMost: 300, unit: 'MB' })]),
      ],
      stores: { postgres: await postgres.describe() },
      notes: [
        'One worker with the defaults. A claim is two statements. Their times are taken at the client, so they include waits for the client’s busy event loop.',
        `A small heap: \`node ${smallHeap.join(' ')}\`. Without it, V8 lets garbage grow while there is memory.`,
        `Live: ${options.rate} events/s for ${options.live} s to ${LIVE_ENDPOINTS} endpoints without a backlog, timed from commit to arrival.`,
      ],
      details: { results, spread, idle, idleSmall },
    });
  },
);

/**
 * Returns ranges of endpoint numbers: first the endpoints that hang, then the live ones, then the healthy ones with a backlog
 * (`backlog`). `perHealthy` and `perHung`: number of due deliveries of each healthy endpoint, and of each one that hangs.
 */
function planOf({ rows, endpoints, hung, share }) {
  const backlog = endpoints - hung - LIVE_ENDPOINTS;
  const perHealthy = Math.max(1, Math.round((rows * (1 - share)) / backlog));
  return {
    hung: { first: 0, count: hung },
    live: { first: hung, count: LIVE_ENDPOINTS },
    backlog: { first: hung + LIVE_ENDPOINTS, count: backlog },
    perHealthy,
    perHung: Math.round((rows - backlog * perHealthy) / hung),
  };
}

/** Creates and fills a database. Each round copies it. */
async function fill({ receiver, postgres, createDatabase }, name, plan, withHung) {
  const began = performance.now();
  const { client } = await createDatabase(name);
  const url = (behaviour) => (endpoint) =>
    `http://127.0.0.1:${receiver.ports[endpoint % receiver.ports.length]}/${behaviour}/${endpoint}`;
  await insertEndpoints(client, { ...plan.hung, url: url('hang') });
  await insertEndpoints(client, { ...plan.live, url: url('live') });
  await insertEndpoints(client, { ...plan.backlog, url: url('ok') });
  await insertDeliveries(client, {
    lanes: `e.url like '%/ok/%'`,
    perLane: plan.perHealthy,
    state: 'pending',
  });
  if (withHung)
    await insertDeliveries(client, {
      lanes: `e.url like '%/hang/%'`,
      perLane: plan.perHung,
      state: 'pending',
    });
  await client.query('vacuum analyze');
  // A template must have no connections.
  await client.end();
  await postgres.checkpoint();
  console.log(`${name} is filled (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}

async function drain({ receiver, postgres }, template, plan, { live, rate, timeout }, defer, flags) {
  const databaseUrl = await postgres.createDatabase('backlog', template);
  await postgres.checkpoint();
  const publisher = await startHost({ databaseUrl, role: 'api' }, defer);
  const total = plan.backlog.count * plan.perHealthy;
  const to = { from: plan.live.first, to: plan.live.first + plan.live.count };
  await receiver.reset({ recording: '/live/', counting: '/ok/' });
  // The clock starts with the first arrival, not with the start of the process.
  const firstAt = receiver.arrived(1, timeout);
  const lastAt = receiver.arrived(total, timeout).catch(() => null);
  const worker = await startHost({ databaseUrl, role: 'worker' }, defer, flags);
  await worker.call('watchClaims');
  const stream = { publisher, receiver, perSecond: rate, seconds: live, timeout, ...to };
  const times = await publishInBackground(stream).catch(notArrived);
  const first = await firstAt;
  const last = await lastAt;
  const claims = await worker.call('claims');
  const { peakRss } = await worker.call('usage');
  const { hung, count } = await receiver.counts();
  await worker.kill();
  await publisher.kill();
  await postgres.dropDatabase('backlog');
  return {
    // A round that stalls has no last arrival. Its rate is the number of arrivals, divided by the time limit.
    perSecond: last === null ? count / timeout : (total / (last - first)) * 1000,
    stalled: last === null,
    claimP50: percentile(claims, 0.5),
    claimP95: percentile(claims, 0.95),
    claims: claims.length,
    live: times,
    peakRss,
    hung,
  };
}

function notArrived(error) {
  console.log(error.message);
  return { count: 0, p50: Infinity, p95: Infinity, p99: Infinity, max: Infinity };
}

/** Measures a worker's peak memory. Each endpoint has an origin of its own. */
async function measureSeparateOrigins(testbed, { rounds, rows, apart, spread }, defer, flags) {
  const receiver = await startReceiver(apart).catch((error) => error);
  if (receiver instanceof Error) {
    console.log(`Skipped ${apart} origins: ${receiver.message.split('\n')[0]} (ulimit -n?)`);
    return [];
  }
  defer(() => receiver.end());
  const { postgres } = testbed;
  const { client } = await testbed.createDatabase('backlog_apart');
  await insertEndpoints(client, {
    count: apart,
    url: (endpoint) => `http://127.0.0.1:${receiver.ports[endpoint]}/ok/${endpoint}`,
  });
  await insertDeliveries(client, { lanes: 'true', perLane: Math.ceil(rows / apart), state: 'pending' });
  await client.query('vacuum analyze');
  await client.end();
  const peaks = [];
  for (let i = 0; i < rounds; i++) {
    const databaseUrl = await postgres.createDatabase('backlog', 'backlog_apart');
    const worker = await startHost({ databaseUrl, role: 'worker' }, defer, flags);
    await delay(spread * 1000);
    const { peakRss } = await worker.call('usage');
    peaks.push(peakRss);
    await worker.kill();
    await postgres.dropDatabase('backlog');
    console.log(`round ${i + 1}/${rounds}  ${apart} origins: peak ${(peakRss / MB).toFixed(0)} MB`);
  }
  await receiver.end();
  return peaks;
}

async function idleMemory({ createDatabase }, defer, flags) {
  const { url } = await createDatabase(flags ? 'backlog_idle_small' : 'backlog_idle');
  const worker = await startHost({ databaseUrl: url, role: 'worker' }, defer, flags);
  await delay(5_000);
  const { rss } = await worker.call('usage');
  await worker.kill();
  return rss;
}
