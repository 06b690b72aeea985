// How much throughput does each further worker add? Runs one to four workers of 32 slots against a receiver that takes 200 ms.
const { setTimeout: delay } = require('node:timers/promises');
const { summary } = require('./measure/figures.js');
const { startHost } = require('./testbed/start-host.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');
const { insertEndpoints } = require('./testbed/tables.js');

const SLOTS = 32;
const RESPONSE_MS = 200;
/**
 * With fewer endpoints, the concurrency window or the share of one endpoint could limit the throughput. With many more
 * endpoints, a worker would not send to all of them during the warm-up.
 */
const ENDPOINTS = 100;
const EVENTS_PER_TRANSACTION = 5_000;

script(
  { minutes: 60, options: { rounds: 5, seconds: 20, warmup: 10, workers: 4 } },
  async ({ rounds, seconds, warmup, workers }, defer) => {
    const { receiver, postgres, createDatabase } = await createTestbed(defer);
    const database = await createDatabase('scale');
    await insertEndpoints(database.client, {
      count: ENDPOINTS,
      url: (endpoint) => `${receiver.origin}/slow-${RESPONSE_MS}/${endpoint}`,
    });
    const publisher = await startHost({ databaseUrl: database.url, role: 'api' }, defer);
    const perSecond = Array.from({ length: workers }, () => []);
    for (let i = 0; i < rounds; i++) {
      for (let count = 1; count <= workers; count++) {
        await database.empty();
        // 1.5 times what the workers can send.
        const backlog = Math.ceil(count * SLOTS * (1000 / RESPONSE_MS) * (seconds + warmup + 2) * 1.5);
        for (let left = backlog; left > 0; left -= EVENTS_PER_TRANSACTION) {
          await publisher.call('publishInOneTransaction', {
            count: Math.min(left, EVENTS_PER_TRANSACTION),
            from: 0,
            to: ENDPOINTS,
          });
        }
        await database.client.query('vacuum analyze webhook_events');
        await postgres.checkpoint();
        const config = {
          databaseUrl: database.url,
          role: 'worker',
          options: { worker: { slots: SLOTS, maxInFlight: SLOTS } },
        };
        const running = await Promise.all(Array.from({ length: count }, () => startHost(config, defer)));
        await delay(warmup * 1000);
        await receiver.reset();
        const from = performance.now();
        await delay(seconds * 1000);
        const { count: arrived } = await receiver.counts();
        const rate = (arrived / (performance.now() - from)) * 1000;
        await Promise.all(running.map((worker) => worker.kill()));
        perSecond[count - 1].push(rate);
        console.log(`round ${i + 1}/${rounds}  ${count} worker(s): ${rate.toFixed(1)}/s`);
      }
    }
    const medians = perSecond.map((rates) => summary(rates));
    report({
      name: 'scale',
      options: { rounds, seconds, warmup, workers },
      table: medians.map(({ median, min, max }, i) => ({
        workers: i + 1,
        'per s': median,
        least: min,
        most: max,
        'times one worker': median / medians[0].median,
        'share of what the slots allow': median / ((i + 1) * SLOTS * (1000 / RESPONSE_MS)),
      })),
      targets:
        workers < 4
          ? []
          : [target('four workers / one', medians[3].median / medians[0].median, { atLeast: 3.6 })],
      stores: { postgres: await postgres.describe() },
      notes: [
        `Steady state: arrivals in ${seconds} s after ${warmup} s of warm-up. ${ENDPOINTS} endpoints, each of a different tenant, all on one origin.`,
        'Each worker is a process with a pool of 10.',
      ],
      details: perSecond,
    });
  },
);
