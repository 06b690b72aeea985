// How long does an event take from commit to arrival: at 200 events/s in one process and in two, and as a lone event on an idle
// worker?
const { setTimeout: delay } = require('node:timers/promises');
const { arrivalTimes } = require('./measure/arrival-times.js');
const { latencies, median } = require('./measure/figures.js');
const { startHost } = require('./testbed/start-host.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');
const { insertEndpoints } = require('./testbed/tables.js');
const { TENANTS } = require('./workload/workload.js');

const ALL = { from: 0, to: TENANTS };
const WARM_UP_SECONDS = 3;

script(
  { minutes: 45, options: { rounds: 5, seconds: 20, rate: 200, lone: 20 } },
  async ({ rounds, seconds, rate, lone }, defer) => {
    const testbed = await createTestbed(defer);
    const { receiver, postgres } = testbed;
    const database = await testbed.createDatabase('latency');
    await insertEndpoints(database.client, { url: (endpoint) => `${receiver.origin}/ok/${endpoint}` });

    const steady = (publisher) => publisher.call('publishAtRate', { perSecond: rate, seconds, ...ALL });
    const apart = (publisher) => publisher.call('publishWithPauses', { count: lone, pauseMs: 1_500, ...ALL });
    const scenes = [
      { name: `${rate}/s, one process`, processes: 1, notify: false, publish: steady },
      { name: `${rate}/s, two processes`, processes: 2, notify: false, publish: steady },
      { name: `${rate}/s, two processes, NOTIFY`, processes: 2, notify: true, publish: steady },
      { name: 'lone, one process', processes: 1, notify: false, publish: apart },
      { name: 'lone, two processes', processes: 2, notify: false, publish: apart },
      { name: 'lone, two processes, NOTIFY', processes: 2, notify: true, publish: apart },
    ];
    const results = new Map();
    const notes = [];
    for (let i = 0; i < rounds; i++) {
      for (const scene of scenes) {
        if (scene.skipped) continue;
        const times = await runScene(scene, { database, receiver, defer });
        if (times === null) {
          scene.skipped = true;
          notes.push(`Skipped "${scene.name}": no process executed LISTEN, although worker.notify is set`);
          console.log(notes.at(-1));
          continue;
        }
        results.set(scene.name, [...(results.get(scene.name) ?? []), times]);
        console.log(
          `round ${i + 1}/${rounds}  ${scene.name}: p50 ${times.sent.p50.toFixed(1)} ms, p99 ${times.sent.p99.toFixed(1)} ms`,
        );
      }
    }
    const stores = { postgres: await postgres.describe() };
    const of = (name, from, figure) => median((results.get(name) ?? []).map((times) => times[from][figure]));
    report({
      name: 'latency',
      options: { rounds, seconds, rate, lone },
      table: [...results.keys()].map((name) => ({
        scene: name,
        'p50 ms': of(name, 'sent', 'p50'),
        'p95 ms': of(name, 'sent', 'p95'),
        'p99 ms': of(name, 'sent', 'p99'),
        'max ms': of(name, 'sent', 'max'),
        'p50 after commit': of(name, 'committed', 'p50'),
        'p99 after commit': of(name, 'committed', 'p99'),
      })),
      targets: targetsOf(scenes, of, stores.postgres.oneRowCommitMs),
      stores,
      notes: [
        ...notes,
        'Times begin when COMMIT is sent; times "after commit" begin when COMMIT has returned. All are medians of the rounds. Each process has a pool of 10 connections.',
      ],
      details: Object.fromEntries(results),
    });
  },
);

/** Returns the times of one scene, or `null` if it needs NOTIFY and no process listens. */
async function runScene({ processes, notify, publish }, { database, receiver, defer }) {
  await database.empty();
  const config = { databaseUrl: database.url, options: { worker: { notify } } };
  const publisher = await startHost({ ...config, role: processes === 1 ? 'all' : 'api' }, defer);
  const worker = processes === 1 ? publisher : await startHost({ ...config, role: 'worker' }, defer);
  try {
    if (notify && !(await someoneListens(database.client))) return null;
    await receiver.reset({ recording: '/' });
    const warm = await publisher.call('publishAtRate', {
      perSecond: 100,
      seconds: WARM_UP_SECONDS,
      ...ALL,
    });
    await receiver.arrived(warm.ids.length, 30);
    await receiver.reset({ recording: '/' });
    const commits = await publish(publisher);
    await receiver.arrived(commits.ids.length, 60);
    const { fromSent, fromCommitted } = arrivalTimes(commits, await receiver.record());
    return { sent: latencies(fromSent), committed: latencies(fromCommitted) };
  } finally {
    await worker.close();
    if (publisher !== worker) await publisher.close();
  }
}

async function someoneListens(client) {
  for (let tries = 0; tries < 10; tries++) {
    const { rows } = await client.query(
      // The application name of a connection that listens ends in "(webhooks worker)". In older builds, the last statement of
      // that connection is LISTEN.
      `select 1 from pg_stat_activity
        where datname = current_database() and (application_name like '%(webhooks worker)' or query ilike 'listen%')`,
    );
    if (rows.length > 0) return true;
    await delay(100);
  }
  return false;
}

function targetsOf(scenes, of, commitMs) {
  const [one, two, twoNotify, , , loneNotify] = scenes.map(({ name }) => name);
  const limit = Math.max(5, 5 * commitMs);
  return [
    target(`${one}: p50`, of(one, 'sent', 'p50'), { atMost: limit, unit: 'ms' }),
    target(`${one}: p99`, of(one, 'sent', 'p99'), { atMost: 25, unit: 'ms' }),
    target(`${two}: p50`, of(two, 'sent', 'p50'), { atMost: 15, unit: 'ms' }),
    target(`${two}: p99`, of(two, 'sent', 'p99'), { atMost: 60, unit: 'ms' }),
    target(`${twoNotify}: p50`, of(twoNotify, 'sent', 'p50'), { atMost: 15, unit: 'ms' }),
    target(`${twoNotify}: p99`, of(twoNotify, 'sent', 'p99'), { atMost: 60, unit: 'ms' }),
    target(`${loneNotify}: p50`, of(loneNotify, 'sent', 'p50'), { atMost: 10, unit: 'ms' }),
  ].filter(({ value }) => !Number.isNaN(value));
}
