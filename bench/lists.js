// How long does each list take with each filter, and what does it read? The tenant has a million of ten million deliveries.
const { latencies } = require('./measure/figures.js');
const { readsOf } = require('./measure/plans.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createHost } = require('./testbed/host.js');
const { fillLog, TENANT } = require('./testbed/log-rows.js');
const { createTestbed } = require('./testbed/testbed.js');
const { listsOf } = require('./workload/lists.js');

script(
  {
    minutes: 120,
    options: {
      rows: 1_000_000,
      total: 10_000_000,
      endpoints: 20_000,
      deleted: 1_200,
      calls: 200,
      keep: false, // `--keep` leaves the database in place for the next run with `--keep` and the same numbers
    },
  },
  async ({ rows, total, endpoints, deleted, calls, keep }, defer) => {
    const { receiver, postgres, createDatabase, keepDatabase } = await createTestbed(defer);
    const fill = (client) => fillLog(client, { rows, total, endpoints, deleted, origin: receiver.origin });
    const { url, client } = keep
      ? await keepDatabase(`kept_lists_${rows}_${total}_${endpoints}_${deleted}`, fill)
      : await createDatabase('lists');
    if (!keep) await fill(client);
    const { app, webhooks } = await createHost({ databaseUrl: url, role: 'api' });
    defer(() => app.close());
    await app.init();

    const measured = [];
    for (const [list, call] of await listsOf({ client, webhooks })) {
      const page = await call(); // warms up
      const reads = await readsOf(client, call);
      const times = [];
      for (let i = 0; i < calls; i++) {
        const began = performance.now();
        await call();
        times.push(performance.now() - began);
      }
      measured.push({ list, found: page.data?.length ?? 1, ...latencies(times), ...reads });
    }
    const [size] = (await client.query('select pg_size_pretty(pg_database_size(current_database())) as size'))
      .rows;
    report({
      name: 'lists',
      options: { rows, total, endpoints, deleted, calls },
      table: measured.map(({ list, found, p50, p95, max, rows: read, buffers, scans }) => ({
        list,
        found,
        'p50 ms': p50,
        'p95 ms': p95,
        'most ms': max,
        'rows read': read,
        buffers,
        'by index': scans.join(', '),
      })),
      targets: measured.map(({ list, p95 }) => target(`p95 of ${list}`, p95, { atMost: 50, unit: 'ms' })),
      stores: { postgres: await postgres.describe() },
      notes: [
        `Tenant "${TENANT}" has 50 endpoints, and has deleted ${deleted} others within the last hour. 70 % of its deliveries were delivered, 20 % exhausted, 10 % discarded; one in a thousand waits for a retry. The database takes ${size.size}.`,
        'Rows and buffers (pages of 8 kB, read from the cache or the disk, planning included) are those of EXPLAIN (ANALYZE, BUFFERS) of the same statements.',
      ],
    });
  },
);
