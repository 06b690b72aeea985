// No outbox: the host inserts its row, then sends the request itself. If the host dies in between, the webhook is lost.
const { createJobSender } = require('../race/job-sender.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { jobOf } = require('../workload/workload.js');
const { hostPool, INSERT, rowOf } = require('./host-row.js');

/** @param {import('./pace-process.js').PacedConfig} config */
async function open({ databaseUrl, client, inFlight, origin }) {
  const pool = hostPool(databaseUrl);
  const deliver = createJobSender({ client, inFlight, origin });
  const sending = new Set();
  return {
    async publish(number) {
      const job = jobOf(number);
      const sent = monotonic();
      await pool.query(INSERT, rowOf(job));
      const committed = monotonic();
      const request = deliver(job).finally(() => sending.delete(request));
      sending.add(request);
      return { id: job.id, sent, committed };
    },

    async close() {
      await Promise.all(sending);
      await pool.end();
    },
  };
}

module.exports = { open };
