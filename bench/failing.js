// What do failing receivers cost other receivers, and are the retries to the failing receivers on time?
// `--scenes` selects scenes:
// - down: 100 endpoints return the status 500, 100 others hang, and each of them gets 10 deliveries. Meanwhile, 20 healthy
//   endpoints together get `--rate` events/s (0: half of what this machine publishes and delivers).
// - origins: one tenant's callbacks to 3,000 origins hang. Another tenant has an endpoint with a limit.
// - shared: one tenant has 50 endpoints at one origin: 49 hang and one responds.
// - schedule: 500 deliveries are published at once for an endpoint that returns 500. The retries follow httpSMS's schedule:
//   attempts after 0, 1, 3, 7 and 15 s.
const { latencies, median } = require('./measure/figures.js');
const { publishInBackground } = require('./workload/background-stream.js');
const { startHost } = require('./testbed/start-host.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');
const { insertEndpoints } = require('./testbed/tables.js');
const { tenantOf } = require('./workload/workload.js');

const HEALTHY = 20;
const DOWN = 100;
/** Events that are published at once to find out how fast the machine is. */
const FULL_SPEED_EVENTS = 4_000;
const HTTPSMS_WAITS_MS = [1_000, 2_000, 4_000, 8_000];

script(
  {
    minutes: 60,
    options: { rounds: 3, seconds: 20, rate: 0, origins: 3_000, scenes: 'down,origins,shared,schedule' },
  },
  async ({ rounds, seconds, rate, origins, scenes }, defer) => {
    const testbed = await createTestbed(defer, { origins: origins + 1 });
    const { receiver } = testbed;
    const url = (behaviour) => (endpoint) => `${receiver.origin}/${behaviour}/${endpoint}`;
    const rows = [];
    const targets = [];
    const notes = [];
    /** Number of the next run. It names the run's database, because the name of a variant may be too long. */
    let number = 0;

    async function withHost(name, setUp, work, options) {
      const database = await testbed.createDatabase(`failing_${name}`);
      await setUp(database.client);
      const host = await startHost({ databaseUrl: database.url, role: 'all', options }, defer);
      await receiver.reset({ recording: '/ok' });
      try {
        return await work(host, database.client);
      } finally {
        await host.kill(); // a graceful shutdown would wait for the requests that hang
      }
    }

    /** Runs each variant once in each round. Returns the medians of the variants' figures, by name. */
    async function compare(variants) {
      const figures = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
      for (let round = 1; round <= rounds; round++)
        for (const [name, run] of Object.entries(variants)) {
          const figure = await run(`${number++}`);
          figures[name].push(figure);
          console.log(`round ${round}/${rounds}  ${name}: ${JSON.stringify(figure)}`);
        }
      const medianOf = (list) =>
        Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((each) => each[key]))]));
      const result = Object.fromEntries(
        Object.entries(figures).map(([name, list]) => [name, medianOf(list)]),
      );
      for (const [scene, figure] of Object.entries(result)) rows.push({ scene, ...figure });
      return result;
    }

    const ofStream = ({ p50, p95, p99, max }) => ({
      'p50 ms': p50,
      'p95 ms': p95,
      'p99 ms': p99,
      'max ms': max,
    });

    /** Returns the rate (events/s) at which one process publishes and delivers. Each event has a transaction of its own. */
    async function fullSpeed(setUp) {
      return withHost('full_speed', setUp, async (host) => {
        const others = { publisher: host, receiver, from: 0, to: HEALTHY };
        await publishInBackground({ ...others, perSecond: 100, seconds: 3 });
        await receiver.reset({ recording: '/ok' });
        // All events are due within a millisecond, so the pool of connections sets the pace.
        await publishInBackground({ ...others, perSecond: FULL_SPEED_EVENTS * 1_000, seconds: 0.001 });
        const { at } = await receiver.record();
        const [first, last] = [at.reduce((a, b) => Math.min(a, b)), at.reduce((a, b) => Math.max(a, b))];
        return (at.length * 1_000) / (last - first);
      });
    }

    async function down() {
      const stream = async (host) => {
        const others = { publisher: host, receiver, perSecond, from: 0, to: HEALTHY };
        await publishInBackground({ ...others, seconds: 3 });
        await receiver.reset({ recording: '/ok' });
        return publishInBackground({ ...others, seconds });
      };
      const setUp = async (client) => {
        await insertEndpoints(client, { count: HEALTHY, url: url('ok') });
        await insertEndpoints(client, { first: HEALTHY, count: DOWN, url: url('fail') });
        await insertEndpoints(client, { first: HEALTHY + DOWN, count: DOWN, url: url('hang') });
      };
      const perSecond = rate || Math.round((await fullSpeed(setUp)) / 2);
      notes.push(
        `One process. "down": ${HEALTHY} other tenants together get ${perSecond} events/s, each in its own transaction${rate ? '' : '; that is half of what the process publishes and delivers'}.`,
      );
      console.log(`${perSecond} events/s`);
      const failing = { count: DOWN * 2 * 10, from: HEALTHY, to: HEALTHY + DOWN * 2 };
      const attemptsOf = async (client) => {
        const { rows: found } = await client.query(
          'select sum(attempts)::int as made from webhook_deliveries',
        );
        return found[0].made ?? 0;
      };
      const result = await compare({
        'nothing is down': (name) => withHost(name, setUp, async (host) => ofStream(await stream(host))),
        '200 are down': (name) =>
          withHost(name, setUp, async (host) => {
            await host.call('publishInOneTransaction', failing);
            return ofStream(await stream(host));
          }),
        '200 are down, no others': (name) =>
          withHost(name, setUp, async (host, client) => {
            const before = await host.call('usage');
            await host.call('publishInOneTransaction', failing);
            await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
            const after = await host.call('usage');
            const attempts = await attemptsOf(client);
            return {
              attempts,
              'statements per attempt': (after.statements - before.statements) / attempts,
              'CPU ms per attempt': (after.cpuMs - before.cpuMs) / attempts,
            };
          }),
      });
      const [undisturbed, disturbed, alone] = Object.values(result);
      targets.push(
        target('p99 of the others', disturbed['p99 ms'] / undisturbed['p99 ms'], { atMost: 1.5 }),
        target('statements per attempt', alone['statements per attempt'], { atMost: 0.3 }),
      );
    }

    async function manyOrigins() {
      const setUp = (client) => insertEndpoints(client, { count: 1, url: url('ok'), perMinute: 6_000 });
      const run = (hanging) => (name) =>
        withHost(name, setUp, async (host) => {
          const urls = receiver.ports.slice(1, 1 + hanging).map((port) => `http://127.0.0.1:${port}/hang/1`);
          for (let i = 0; i < 3 && hanging > 0; i++) {
            await host.call('publishCallbacks', { tenantId: 'noisy', urls });
            await new Promise((resolve) => setTimeout(resolve, 1_000));
          }
          return ofStream(
            await publishInBackground({ publisher: host, receiver, perSecond: 4, seconds, from: 0, to: 1 }),
          );
        });
      const result = await compare({
        'no callbacks hang': run(0),
        [`callbacks to ${origins} origins hang`]: run(origins),
      });
      const [undisturbed, disturbed] = Object.values(result);
      targets.push(
        target('p50 of a limited endpoint beside origins that hang', disturbed['p50 ms'], {
          atMost: undisturbed['p50 ms'] * 1.5 + 20,
          unit: 'ms',
        }),
      );
    }

    async function sharedOrigin() {
      const tenant = () => tenantOf(0);
      const run = (behaviour) => (name) =>
        withHost(
          name,
          async (client) => {
            await insertEndpoints(client, { count: 1, url: url('ok'), tenant });
            await insertEndpoints(client, { first: 1, count: 49, url: url(behaviour), tenant });
          },
          async (host) => {
            const stream = { publisher: host, receiver, perSecond: 20, from: 0, to: 1 };
            await publishInBackground({ ...stream, seconds: 3 });
            await receiver.reset({ recording: '/ok' });
            return ofStream(await publishInBackground({ ...stream, seconds }));
          },
        );
      const result = await compare({
        'an endpoint and 49 others that answer': run('other'),
        'an endpoint and 49 others that hang': run('hang'),
      });
      const [undisturbed, disturbed] = Object.values(result);
      targets.push(
        target('p95 beside 49 that hang', disturbed['p95 ms'] / undisturbed['p95 ms'], { atMost: 1.5 }),
      );
    }

    async function schedule() {
      const retry = { schedule: HTTPSMS_WAITS_MS, jitter: 0 };
      const result = await compare({
        '500 deliveries, each five attempts in 15 s': (name) =>
          withHost(
            name,
            (client) => insertEndpoints(client, { count: 1, url: url('fail') }),
            async (host, client) => {
              await host.call('publishInOneTransaction', { count: 500, from: 0, to: 1 });
              const due = HTTPSMS_WAITS_MS.reduce((sum, wait) => sum + wait);
              const left = async () =>
                (await client.query(`select 1 from webhook_deliveries where state <> 'exhausted' limit 1`))
                  .rows;
              const deadline = Date.now() + due * 4;
              await new Promise((resolve) => setTimeout(resolve, 1_000));
              while ((await left()).length > 0 && Date.now() < deadline)
                await new Promise((resolve) => setTimeout(resolve, 250));
              const { rows: ends } = await client.query(
                `select (d.attempt_at - e.created_at)::float8 as at, attempts
                   from webhook_deliveries d join webhook_events e on e.sequence = d.event_sequence`,
              );
              const { p50, max } = latencies(ends.map(({ at }) => at));
              return {
                attempts: ends.reduce((sum, each) => sum + each.attempts, 0),
                'last attempt p50 ms': p50,
                'max ms': max,
              };
            },
            { delivery: { retry } },
          ),
      });
      const [figure] = Object.values(result);
      targets.push(
        target('attempts', figure.attempts, { atLeast: 2_500 }),
        target('last attempt', figure['max ms'], { atMost: 15_000 * 1.2 + 10_000, unit: 'ms' }),
      );
    }

    const all = { down, origins: manyOrigins, shared: sharedOrigin, schedule };
    for (const scene of String(scenes).split(',')) await all[scene]();
    report({
      name: 'failing',
      options: { rounds, seconds, rate, origins, scenes },
      table: rows,
      targets,
      stores: { postgres: await testbed.postgres.describe() },
      notes,
    });
  },
);
