// This project: one transaction writes the host's row and the event. The benchmark sets the HTTP client and the slots.
const { createHost } = require('../testbed/host.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { eventOf } = require('../workload/workload.js');
const { INSERT, rowOf } = require('./host-row.js');

const ROLES = { both: 'all', publish: 'api', send: 'worker' };

/** @param {import('./pace-process.js').PacedConfig} config */
async function open({ databaseUrl, client, inFlight, role }) {
  const host = await createHost({
    databaseUrl,
    role: ROLES[role],
    options: { network: { transport: client }, worker: { slots: inFlight } },
  });
  await host.app.init();
  return {
    async publish(number) {
      const event = eventOf(number);
      const runner = host.dataSource.createQueryRunner();
      try {
        await runner.startTransaction();
        await runner.query(INSERT, rowOf({ id: event.subject }));
        const [{ id }] = await host.webhooks.publish(runner.manager, [event]);
        const sent = monotonic();
        await runner.commitTransaction();
        return { id, sent, committed: monotonic() };
      } finally {
        await runner.release();
      }
    },

    close: () => host.app.close(),
  };
}

/** Creates the tables, and an endpoint for each tenant. */
async function prepare({ databaseUrl, sql, origin }) {
  const { migrate } = require('../testbed/host.js');
  const { insertEndpoints } = require('../testbed/tables.js');
  await migrate(databaseUrl);
  await insertEndpoints(sql, { url: (endpoint) => `${origin}/ok/${endpoint}` });
}

module.exports = { open, prepare };
