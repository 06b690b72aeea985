// What does an idle worker cost? The figures include the relay and maintenance.
const { setTimeout: delay } = require('node:timers/promises');
const { summary } = require('./measure/figures.js');
const { startHost } = require('./testbed/start-host.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');
const { insertEndpoints } = require('./testbed/tables.js');

script(
  { minutes: 30, options: { rounds: 5, seconds: 60, settle: 10, endpoints: 10_000 } },
  async ({ rounds, seconds, settle, endpoints }, defer) => {
    const { receiver, postgres, createDatabase } = await createTestbed(defer);
    const database = await createDatabase('idle');
    await insertEndpoints(database.client, {
      count: endpoints,
      url: (endpoint) => `${receiver.origin}/ok/${endpoint}`,
    });
    await database.empty();
    const figures = { statements: [], core: [], store: [], rss: [] };
    const worker = await startHost({ databaseUrl: database.url, role: 'worker' }, defer);
    await delay(settle * 1000);
    for (let i = 0; i < rounds; i++) {
      const storeBefore = postgres.cpuMs();
      const before = await worker.call('usage');
      await delay(seconds * 1000);
      const after = await worker.call('usage');
      const ms = after.at - before.at;
      figures.statements.push(((after.statements - before.statements) / ms) * 1000);
      figures.core.push(((after.cpuMs - before.cpuMs) / ms) * 100);
      figures.store.push(storeBefore === null ? NaN : ((postgres.cpuMs() - storeBefore) / ms) * 100);
      figures.rss.push(after.rss / 2 ** 20);
    }
    await worker.close();
    const all = Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, summary(values)]));
    const row = (what, { median, min, max }) => ({ what, median, least: min, most: max });
    report({
      name: 'idle',
      options: { rounds, seconds, settle, endpoints },
      table: [
        row('statements/s', all.statements),
        row('worker (% of a core)', all.core),
        row('database (% of a core)', all.store),
        row('worker memory (MB)', all.rss),
      ],
      targets: [
        target('statements per second', all.statements.median, { atMost: 2 }),
        target('worker and its relay, share of a core', all.core.median, { atMost: 0.5, unit: '%' }),
      ],
      stores: { postgres: await postgres.describe() },
      notes: [
        `${endpoints} endpoints are registered; nothing is published. The database's share includes PostgreSQL's background processes.`,
      ],
      details: figures,
    });
  },
);
