// What does a capture cost the host? Compares three rates (UPDATEs per second): with the capture's trigger, without it, and
// with `publish()` in place of the trigger.
const { join } = require('node:path');
const { startChild } = require('./testbed/child-process.js');
const { summary } = require('./measure/figures.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');

/** The runs of each round, in this order or reversed. Runs that are compared follow each other. */
const RUNS = [
  { name: 'alone', beside: 'nothing', inTransaction: false },
  { name: 'trigger', beside: 'trigger', inTransaction: false },
  { name: 'triggerInTransaction', beside: 'trigger', inTransaction: true },
  { name: 'aloneInTransaction', beside: 'nothing', inTransaction: true },
  { name: 'publish', beside: 'publish', inTransaction: true },
];

script(
  { minutes: 20, options: { rounds: 7, seconds: 4, clients: 8 } },
  async ({ rounds, seconds, clients }, defer) => {
    const { postgres, createDatabase } = await createTestbed(defer);
    const database = await createDatabase('capture');
    const host = startChild(join(__dirname, 'testbed/captured-table-process.js'));
    defer(() => host.end());
    await host.call('open', { databaseUrl: database.url, clients });

    const perSecond = Object.fromEntries(RUNS.map(({ name }) => [name, []]));
    for (let i = -1; i < rounds; i++) {
      for (const { name, ...run } of i % 2 === 0 ? RUNS : RUNS.toReversed()) {
        await database.empty();
        await postgres.checkpoint();
        const figure = await host.call('updates', { ...run, clients, seconds });
        if (i >= 0) perSecond[name].push(figure); // -1 is the warm-up
      }
      if (i < 0) continue;
      console.log(
        `round ${i + 1}/${rounds}  ratio ${ratios(perSecond, 'trigger', 'alone').at(-1).toFixed(2)}`,
      );
    }

    const ratio = ratios(perSecond, 'trigger', 'alone');
    const ratioInTransaction = ratios(perSecond, 'triggerInTransaction', 'aloneInTransaction');
    const publishRatio = ratios(perSecond, 'publish', 'aloneInTransaction');
    const rows = [
      ['UPDATE alone, one statement', perSecond.alone],
      ['UPDATE with the trigger, one statement', perSecond.trigger],
      ['with the trigger / alone, one statement', ratio],
      ['UPDATE alone, in a transaction', perSecond.aloneInTransaction],
      ['UPDATE with the trigger, in a transaction', perSecond.triggerInTransaction],
      ['with the trigger / alone, in a transaction', ratioInTransaction],
      ['UPDATE and publish, in a transaction', perSecond.publish],
      ['with publish / alone, in a transaction', publishRatio],
    ];
    report({
      name: 'capture',
      options: { rounds, seconds, clients },
      table: rows.map(([what, values]) => {
        const { median, min, max } = summary(values);
        return { 'per second': what, median, least: min, most: max };
      }),
      targets: [
        target('UPDATE with the trigger / without', summary(ratio).median, { atLeast: 0.7 }),
        target('UPDATE with the trigger / without, in a transaction', summary(ratioInTransaction).median, {
          atLeast: 0.7,
        }),
      ],
      stores: { postgres: await postgres.describe() },
      notes: [
        `One process, ${clients} clients on a pool of ${clients}; nothing is mapped or delivered meanwhile.`,
        'A ratio compares two runs of the same round; the table has the median of the ratios.',
        'After each run, the captured changes are counted: there must be one for each UPDATE with the trigger, and none without the trigger.',
      ],
      details: perSecond,
    });
  },
);

/** Returns the ratio of two runs for each round. */
function ratios(perSecond, over, under) {
  return perSecond[over].map((figure, round) => figure / perSecond[under][round]);
}
