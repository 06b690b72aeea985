// What does publish() cost the host? Compares the CPU time of publish() with that of the bare statement that publish() sends.
// Measures the rate of transactions (per second) that each have one UPDATE and one publish. Also measures the duration of one
// publish of thousands of events.
const { join } = require('node:path');
const { startChild } = require('./testbed/child-process.js');
const { summary } = require('./measure/figures.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');

const BULK = [1_000, 10_000, 20_000];
/** What each transaction does besides its UPDATE. */
const BESIDE = ['publish', 'nothing', 'insert'];

script(
  { minutes: 30, options: { rounds: 7, calls: 4_000, seconds: 4, clients: 8 } },
  async ({ rounds, calls, seconds, clients }, defer) => {
    const { postgres, createDatabase } = await createTestbed(defer);
    const database = await createDatabase('publish');
    const host = startChild(join(__dirname, 'testbed/publisher-process.js'));
    defer(() => host.end());
    await host.call('open', { databaseUrl: database.url, clients });
    const clean = async () => {
      await database.empty();
      await postgres.checkpoint();
    };

    const figures = {
      publish: [],
      insert: [],
      over: [],
      without: [],
      with: [],
      ratio: [],
      own: [],
      ownRatio: [],
      bulk: BULK.map(() => []),
    };
    for (let i = -1; i < rounds; i++) {
      const cpu = {};
      for (const what of i % 2 === 0 ? ['publish', 'insert'] : ['insert', 'publish']) {
        await clean();
        cpu[what] = await host.call('measureCpu', { what, count: calls });
      }
      const perSecond = {};
      for (const beside of i % 2 === 0 ? BESIDE : BESIDE.toReversed()) {
        await clean();
        perSecond[beside] = await host.call('transactions', { beside, clients, seconds });
      }
      const bulk = [];
      for (const count of BULK) {
        await clean();
        bulk.push(await host.call('publishBulk', { count }));
      }
      if (i < 0) continue; // warm-up
      figures.publish.push(cpu.publish);
      figures.insert.push(cpu.insert);
      figures.over.push(cpu.publish - cpu.insert);
      figures.without.push(perSecond.nothing);
      figures.with.push(perSecond.publish);
      figures.own.push(perSecond.insert);
      figures.ratio.push(perSecond.publish / perSecond.nothing);
      figures.ownRatio.push(perSecond.insert / perSecond.nothing);
      bulk.forEach((ms, place) => figures.bulk[place].push(ms));
      console.log(
        `round ${i + 1}/${rounds}  publish +${figures.over.at(-1).toFixed(1)} µs, ratio ${figures.ratio.at(-1).toFixed(2)}`,
      );
    }

    const rows = [
      ['CPU of publish (µs)', figures.publish],
      ['CPU of the bare statement (µs)', figures.insert],
      ['publish minus the statement (µs)', figures.over],
      ['UPDATE alone (transactions/s)', figures.without],
      ['UPDATE and publish (transactions/s)', figures.with],
      ['with publish / UPDATE alone', figures.ratio],
      ["UPDATE and an INSERT of the host's own (transactions/s)", figures.own],
      ['with the INSERT / UPDATE alone', figures.ownRatio],
      ...BULK.map((count, place) => [`one publish of ${count} events (ms)`, figures.bulk[place]]),
      ...BULK.map((count, place) => [
        `one publish of ${count} events (µs per event)`,
        figures.bulk[place].map((ms) => (ms * 1000) / count),
      ]),
    ];
    const medians = Object.fromEntries(rows.map(([what, values]) => [what, summary(values).median]));
    report({
      name: 'publish',
      options: { rounds, calls, seconds, clients },
      table: rows.map(([what, values]) => {
        const { median, min, max } = summary(values);
        return { what, median, least: min, most: max };
      }),
      targets: [
        target('CPU of publish minus the bare statement', medians['publish minus the statement (µs)'], {
          atMost: 25,
          unit: 'µs',
        }),
        target('host transactions with publish / without', medians['with publish / UPDATE alone'], {
          atLeast: 0.65,
        }),
        target(
          'time per event: publish of 20,000 events / publish of 1,000 events (1 means linear)',
          summary(figures.bulk[2]).median / 20 / summary(figures.bulk[0]).median,
          { atMost: 1.3 },
        ),
      ],
      stores: { postgres: await postgres.describe() },
      notes: [
        `One process, ${clients} clients on a pool of ${clients}; nothing is delivered meanwhile.`,
        'CPU is the time of the host process for sequential calls in one transaction.',
      ],
      details: figures,
    });
  },
);
