// Do ten million delivered rows slow down new deliveries?
const { summary } = require('./measure/figures.js');
const { startHost } = require('./testbed/start-host.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');
const { insertDeliveries, insertEndpoints } = require('./testbed/tables.js');
const { TENANTS } = require('./workload/workload.js');

const ROWS_PER_INSERT = 500_000;
const EVENTS_PER_TRANSACTION = 1_000;
const TIMEOUT_SECONDS = 120;

script(
  { minutes: 240, options: { rows: 10_000_000, rounds: 5, deliveries: 20_000 } },
  async ({ rows, rounds, deliveries }, defer) => {
    const testbed = await createTestbed(defer);
    const { receiver, postgres } = testbed;
    const tables = [];
    for (const [name, history] of /** @type {const} */ ([
      ['history_none', 0],
      ['history', rows],
    ])) {
      const { url, client, empty } = await testbed.createDatabase(name);
      await insertEndpoints(client, { url: (endpoint) => `${receiver.origin}/ok/${endpoint}` });
      if (history > 0) await fill(client, history);
      const publisher = await startHost({ databaseUrl: url, role: 'api' }, defer);
      tables.push({ history, url, client, empty, publisher, perSecond: [], store: [], worker: [] });
    }
    const { rows: size } = await tables[1].client.query(
      'select pg_size_pretty(pg_database_size(current_database())) as size',
    );

    for (let i = -1; i < rounds; i++) {
      for (const table of i % 2 === 0 ? tables : tables.toReversed()) {
        const { history, url, client, empty, publisher } = table;
        if (history === 0) await empty();
        for (let left = deliveries; left > 0; left -= EVENTS_PER_TRANSACTION) {
          await publisher.call('publishInOneTransaction', {
            count: Math.min(left, EVENTS_PER_TRANSACTION),
            from: 0,
            to: TENANTS,
          });
        }
        await client.query('vacuum analyze webhook_events');
        await postgres.checkpoint();
        await receiver.reset();
        const storeBefore = postgres.cpuMs();
        const marks = [receiver.arrived(1, TIMEOUT_SECONDS), receiver.arrived(deliveries, TIMEOUT_SECONDS)];
        const worker = await startHost({ databaseUrl: url, role: 'worker' }, defer);
        const booted = await worker.call('usage');
        const [first, last] = await Promise.all(marks);
        const usage = await worker.call('usage');
        await worker.close();
        if (i < 0) continue; // warm-up
        table.perSecond.push((deliveries / (last - first)) * 1000);
        table.worker.push(((usage.cpuMs - booted.cpuMs) * 1000) / deliveries);
        table.store.push(storeBefore === null ? NaN : ((postgres.cpuMs() - storeBefore) * 1000) / deliveries);
        console.log(
          `round ${i + 1}/${rounds}  ${history} rows of history: ${table.perSecond.at(-1).toFixed(0)}/s`,
        );
      }
    }
    const [none, full] = tables.map(({ perSecond }) => summary(perSecond));
    report({
      name: 'history',
      options: { rows, rounds, deliveries },
      table: tables.map(({ history, perSecond, worker, store }) => {
        const { median, min, max } = summary(perSecond);
        return {
          'delivered before': history,
          'per s': median,
          least: min,
          most: max,
          'worker µs': summary(worker).median,
          'store µs': summary(store).median,
        };
      }),
      targets: [target('with history / without', full.median / none.median, { atLeast: 0.9 })],
      stores: { postgres: await postgres.describe() },
      notes: [
        `The database with history takes ${size[0].size}. Each round has a new worker process, and is measured from the first arrival to the last.`,
      ],
      details: tables.map(({ history, perSecond, worker, store }) => ({ history, perSecond, worker, store })),
    });
  },
);

/** Fills the tables without their indexes and then builds the indexes, because this takes a tenth of the time. */
async function fill(client, history) {
  const began = performance.now();
  const { rows: indexes } = await client.query(
    `select indexname as name, indexdef as definition from pg_indexes
      where tablename in ('webhook_events', 'webhook_deliveries') and indexname not like '%pkey'`,
  );
  for (const { name } of indexes) await client.query(`drop index "${name}"`);
  for (let left = history; left > 0; left -= ROWS_PER_INSERT) {
    const perLane = Math.ceil(Math.min(left, ROWS_PER_INSERT) / TENANTS);
    await insertDeliveries(client, { lanes: 'true', perLane, state: 'delivered' });
    console.log(
      `${history - left + perLane * TENANTS} rows of history (${((performance.now() - began) / 1000).toFixed(0)} s)`,
    );
  }
  for (const { definition } of indexes) await client.query(definition);
  await client.query('vacuum analyze');
  console.log(`indexed and vacuumed (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}
