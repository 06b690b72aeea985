// pg-boss with large batches. Two workers, so that one sends while the other completes and fetches.
const { runConcurrently } = require('../workload/run-concurrently.js');
const { createJobSender } = require('../race/job-sender.js');
const { jobs } = require('../workload/workload.js');

const QUEUE = 'deliver';
const JOBS_PER_TRANSACTION = 1_000;
const POOL_SIZE = 10;
const BATCH_SIZE = 1_000;
const WORKERS = 2;

/** @param {import('../race/contender-process.js').ContenderConfig} config */
async function open({ databaseUrl, client, inFlight, origin, connect }) {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({ connectionString: databaseUrl, max: POOL_SIZE });
  boss.on('error', (error) => console.error(error.message));
  await boss.start();
  await boss.createQueue(QUEUE, { retryLimit: 9, retryDelay: 5, retryBackoff: true });
  const sql = await connect(databaseUrl);
  const inHostTransaction = { executeSql: (text, values) => sql.query(text, values) };
  const deliver = createJobSender({ client, inFlight, origin });
  return {
    settings: { poolSize: POOL_SIZE, batchSize: BATCH_SIZE, workers: WORKERS, perJobResults: true },

    async prepare(first, count) {
      await boss.deleteAllJobs(QUEUE);
      for (let from = first; from < first + count; from += JOBS_PER_TRANSACTION) {
        const batch = jobs(from, Math.min(JOBS_PER_TRANSACTION, first + count - from));
        await sql.query('begin');
        await boss.insert(
          QUEUE,
          batch.map((data) => ({ data })),
          { db: inHostTransaction },
        );
        await sql.query('commit');
      }
      await sql.query('vacuum analyze pgboss.job');
    },

    async start() {
      const options = {
        batchSize: BATCH_SIZE,
        localConcurrency: WORKERS,
        pollingIntervalSeconds: 0.5,
        burstWhenBatchFull: true,
        // Without this, one failed webhook fails its whole batch, and the other 999 are sent again.
        perJobResults: true,
      };
      await boss.work(QUEUE, options, async (batch) => {
        const results = [];
        await runConcurrently(inFlight / WORKERS, batch.length, async (i) => {
          results[i] = await deliver(batch[i].data).then(
            () => ({ id: batch[i].id, status: 'completed' }),
            (error) => ({ id: batch[i].id, status: 'failed', output: { message: error.message } }),
          );
        });
        return results;
      });
    },

    async isDone() {
      const { rows } = await sql.query(
        `select not exists (select 1 from pgboss.job where name = $1 and state < 'completed') as done`,
        [QUEUE],
      );
      return rows[0].done;
    },

    stop: () => boss.offWork(QUEUE, { wait: true }),
  };
}

module.exports = { open };
