// Ten million delivered rows: does what was sent before slow what is sent now?
const { summary } = require('./lib/figures.js');
const { startHost } = require('./lib/host-child.js');
const { report, target } = require('./lib/report.js');
const { script } = require('./lib/script.js');
const { setStage } = require('./lib/stage.js');
const { insertDeliveries, insertEndpoints } = require('./lib/tables.js');
const { TENANTS } = require('./lib/workload.js');

const INSERTED_AT_ONCE = 500_000;
const PUBLISHED_AT_ONCE = 1_000;
const PATIENCE = 120;

script(
  { minutes: 240, options: { rows: 10_000_000, rounds: 5, deliveries: 20_000 } },
  async ({ rows, rounds, deliveries }, defer) => {
    const stage = await setStage(defer);
    const { receiver, postgres } = stage;
    const tables = [];
    for (const [name, history] of /** @type {const} */ ([
      ['history_none', 0],
      ['history', rows],
    ])) {
      const { url, client, empty } = await stage.createDatabase(name);
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
        for (let left = deliveries; left > 0; left -= PUBLISHED_AT_ONCE) {
          await publisher.call('publishTogether', {
            count: Math.min(left, PUBLISHED_AT_ONCE),
            from: 0,
            to: TENANTS,
          });
        }
        await client.query('vacuum analyze webhook_events');
        await postgres.checkpoint();
        await receiver.reset();
        const storeBefore = postgres.cpuMs();
        const marks = [receiver.arrived(1, PATIENCE), receiver.arrived(deliveries, PATIENCE)];
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
        `The database with history takes ${size[0].size}. From the first arrival to the last; a new process each round.`,
      ],
      details: tables.map(({ history, perSecond, worker, store }) => ({ history, perSecond, worker, store })),
    });
  },
);

/** Indexes are built when the rows are there: a tenth of the time. */
async function fill(client, history) {
  const began = performance.now();
  const { rows: indexes } = await client.query(
    `select indexname as name, indexdef as definition from pg_indexes
      where tablename in ('webhook_events', 'webhook_deliveries') and indexname not like '%pkey'`,
  );
  for (const { name } of indexes) await client.query(`drop index "${name}"`);
  for (let left = history; left > 0; left -= INSERTED_AT_ONCE) {
    const perLane = Math.ceil(Math.min(left, INSERTED_AT_ONCE) / TENANTS);
    await insertDeliveries(client, { lanes: 'true', perLane, state: 'delivered' });
    console.log(
      `${history - left + perLane * TENANTS} rows of history (${((performance.now() - began) / 1000).toFixed(0)} s)`,
    );
  }
  for (const { definition } of indexes) await client.query(definition);
  await client.query('vacuum analyze');
  console.log(`indexed and vacuumed (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}
