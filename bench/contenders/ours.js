// This project: published in the host's transaction, relayed, claimed by lanes, sent, recorded. Its clock starts with the
// start of the worker, so that the relay and the module's start checks are in it.
const { createHost, migrate } = require('../lib/host.js');
const { emptyTables, insertEndpoints } = require('../lib/tables.js');
const { eventOf } = require('../lib/workload.js');

const PUBLISHED_AT_ONCE = 1_000;

/** @param {import('../lib/contender-process.js').ContenderConfig} config */
async function open({ databaseUrl, client, inFlight, origin, connect }) {
  await migrate(databaseUrl);
  const sql = await connect(databaseUrl);
  await insertEndpoints(sql, { url: (endpoint) => `${origin}/ok/${endpoint}` });
  let host;
  let expected = 0;
  return {
    settings: { poolSize: 10, slots: inFlight },

    async prepare(first, count) {
      await emptyTables(sql);
      host = await createHost({ databaseUrl, options: { transport: client, worker: { slots: inFlight } } });
      for (let from = first; from < first + count; from += PUBLISHED_AT_ONCE) {
        const events = Array.from({ length: Math.min(PUBLISHED_AT_ONCE, first + count - from) }, (_, i) =>
          eventOf(from + i),
        );
        await host.dataSource.transaction((tx) => host.webhooks.publish(tx, events));
      }
      await sql.query('vacuum analyze webhook_events, webhook_deliveries, webhook_leases');
      expected = count;
    },

    start: () => host.app.init(),

    settled: async () => (await host.webhooks.stats()).recorded.delivered === expected,

    async stop() {
      await host.app.close();
      const { rows } = await sql.query(
        `select count(*) filter (where state = 'delivered')::int as delivered, count(*)::int as total from webhook_deliveries`,
      );
      if (rows[0].delivered !== expected || rows[0].total !== expected) {
        throw new Error(
          `${expected} were published, ${rows[0].delivered} of ${rows[0].total} deliveries are done.`,
        );
      }
    },
  };
}

module.exports = { open };
