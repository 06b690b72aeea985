// The least that an outbox can do: insert a narrow row in the host's transaction, send the request from the same process, and
// delete the row. After a crash, nothing would send the rows that are left. No outbox can cost less.
const { createJobSender } = require('../race/job-sender.js');
const { jobOf } = require('../workload/workload.js');
const { commitWithRow, hostPool } = require('./host-row.js');

const INSERT = 'insert into least_outbox (id, body) values ($1, $2)';
const DELETE = 'delete from least_outbox where id = $1';

/** @param {import('./pace-process.js').PacedConfig} config */
async function open({ databaseUrl, client, inFlight, origin }) {
  const pool = hostPool(databaseUrl);
  const deliver = createJobSender({ client, inFlight, origin });
  const sending = new Set();
  const send = async (job) => {
    await deliver(job);
    await pool.query(DELETE, [job.id]);
  };
  return {
    async publish(number) {
      const job = jobOf(number);
      const commit = await commitWithRow(pool, job, (sql) => sql.query(INSERT, [job.id, job.body]));
      const sent = send(job).finally(() => sending.delete(sent));
      sending.add(sent);
      return commit;
    },

    async close() {
      await Promise.all(sending);
      await pool.end();
    },
  };
}

async function prepare({ sql }) {
  await sql.query('create table least_outbox (id text primary key, body text not null)');
}

module.exports = { open, prepare };
