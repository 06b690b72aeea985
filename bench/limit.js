// Does a limit of 600 requests a minute hold with 10,000 due deliveries and several workers, and are other tenants delayed?
const { setTimeout: delay } = require('node:timers/promises');
const { publishInBackground } = require('./workload/background-stream.js');
const { startHost } = require('./testbed/start-host.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');
const { insertEndpoints } = require('./testbed/tables.js');

const OTHERS = { from: 0, to: 20 };
const LIMITED = 20;
const WINDOW_STEP_MS = 100;

script(
  { minutes: 15, options: { seconds: 180, queued: 10_000, limit: 600, workers: 4, rate: 50, before: 20 } },
  async ({ seconds, queued, limit, workers, rate, before }, defer) => {
    const { receiver, postgres, createDatabase } = await createTestbed(defer);
    const database = await createDatabase('limit');
    const url = (endpoint) => `${receiver.origin}/ok/${endpoint}`;
    await insertEndpoints(database.client, { count: 20, url });
    await insertEndpoints(database.client, { first: LIMITED, count: 1, url, perMinute: limit });
    const publisher = await startHost({ databaseUrl: database.url, role: 'api' }, defer);
    const config = { databaseUrl: database.url, role: 'worker' };
    const running = await Promise.all(Array.from({ length: workers }, () => startHost(config, defer)));
    const others = { publisher, receiver, perSecond: rate, ...OTHERS };

    await receiver.reset({ recording: '/' });
    await publishInBackground({ ...others, seconds: 3 });
    await receiver.reset({ recording: '/' });
    const alone = await publishInBackground({ ...others, seconds: before });

    await receiver.reset({ recording: '/' });
    await publisher.call('publishInOneTransaction', { count: queued, from: LIMITED, to: LIMITED + 1 });
    await delay(1_000);
    const [beside] = await Promise.all([publishInBackground({ ...others, seconds }), delay(seconds * 1000)]);
    const { paths, at } = await receiver.record();
    await Promise.all(running.map((worker) => worker.kill()));

    const times = at.filter((_, i) => paths[i].endsWith(`/${LIMITED}`)).toSorted((a, b) => a - b);
    const windows = slidingMinutes(times, seconds);
    const burst = mostWithin(times, 100);
    report({
      name: 'limit',
      options: { seconds, queued, limit, workers, rate, before },
      table: [
        { what: 'arrivals in total', value: times.length },
        { what: 'fewest in a sliding minute, without the first minute', value: windows.min },
        { what: 'most in a sliding minute, without the first minute', value: windows.max },
        { what: 'most within 100 ms, including the start', value: burst },
        { what: 'other tenants, before the backlog: p50 ms', value: alone.p50 },
        { what: 'other tenants, before the backlog: p99 ms', value: alone.p99 },
        { what: 'other tenants, during the backlog: p50 ms', value: beside.p50 },
        { what: 'other tenants, during the backlog: p99 ms', value: beside.p99 },
      ],
      targets: [
        ...(Number.isNaN(windows.min)
          ? []
          : [
              target('fewest arrivals in a sliding minute', windows.min, { atLeast: limit - limit / 60 }),
              target('most arrivals in a sliding minute', windows.max, { atMost: limit + limit / 60 }),
            ]),
        target('burst: most within 100 ms', burst, { atMost: limit / 60 + Math.ceil(limit / 600) }),
        target('p99 of other tenants, during the backlog / before', beside.p99 / alone.p99, { atMost: 1.5 }),
      ],
      stores: { postgres: await postgres.describe() },
      notes: [
        `${workers} workers, a process each; 20 other tenants at ${rate} events/s. There is one run, because a run takes long.`,
      ],
      details: { arrivals: times.map((time) => Math.round(time - times[0])), alone, beside },
    });
  },
);

/** Returns the fewest and the most arrivals in a sliding minute. The first minute is left out. NaN if the run is too short. */
function slidingMinutes(times, seconds) {
  let min = Infinity;
  let max = 0;
  const end = times[0] + seconds * 1000;
  for (let from = times[0] + 60_000; from + 60_000 <= end; from += WINDOW_STEP_MS) {
    const within = times.filter((time) => time >= from && time < from + 60_000).length;
    min = Math.min(min, within);
    max = Math.max(max, within);
  }
  return max === 0 ? { min: NaN, max: NaN } : { min, max };
}

function mostWithin(times, ms) {
  let most = 0;
  for (let from = 0, to = 0; to < times.length; to++) {
    while (times[to] - times[from] >= ms) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
