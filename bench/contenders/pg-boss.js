// pg-boss with large batches: two workers, so that one sends while the other completes and fetches.
const { inFlight: runInFlight } = require('../lib/in-flight.js');
const { createJobSender } = require('../lib/job-sender.js');
const { jobs } = require('../lib/workload.js');

const QUEUE = 'deliver';
const ENQUEUED_AT_ONCE = 1_000;
const POOL_SIZE = 10;
const BATCH = 1_000;
const WORKERS = 2;

/** @param {import('../lib/contender-process.js').ContenderConfig} config */
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
    settings: { poolSize: POOL_SIZE, batchSize: BATCH, workers: WORKERS, perJobResults: true },

    async prepare(first, count) {
      await boss.deleteAllJobs(QUEUE);
      for (let from = first; from < first + count; from += ENQUEUED_AT_ONCE) {
        const batch = jobs(from, Math.min(ENQUEUED_AT_ONCE, first + count - from));
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
        batchSize: BATCH,
        localConcurrency: WORKERS,
        pollingIntervalSeconds: 0.5,
        burstWhenBatchFull: true,
        // A batch that fails as one would send 999 webhooks again for one that failed.
        perJobResults: true,
      };
      await boss.work(QUEUE, options, async (batch) => {
        const results = [];
        await runInFlight(inFlight / WORKERS, batch.length, async (i) => {
          results[i] = await deliver(batch[i].data).then(
            () => ({ id: batch[i].id, status: 'completed' }),
            (error) => ({ id: batch[i].id, status: 'failed', output: { message: error.message } }),
          );
        });
        return results;
      });
    },

    async settled() {
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
