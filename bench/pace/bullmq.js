// BullMQ on a Redis that fsyncs once a second. The job is added after the host's commit: if the host dies in between, the job
// is lost.
const { createJobSender } = require('../race/job-sender.js');
const { jobOf } = require('../workload/workload.js');
const { commitWithRow, hostPool } = require('./host-row.js');

const QUEUE = 'deliver';
const JOB = { attempts: 10, backoff: { type: 'exponential', delay: 5_000 } };

/** @param {import('./pace-process.js').PacedConfig} config */
async function open({ databaseUrl, redis, client, inFlight, origin, role }) {
  const { Queue, Worker } = require('bullmq');
  const connection = { ...redis, maxRetriesPerRequest: null };
  if (role === 'publish') {
    const pool = hostPool(databaseUrl);
    const queue = new Queue(QUEUE, { connection });
    await queue.waitUntilReady();
    return {
      async publish(number) {
        const job = jobOf(number);
        const times = await commitWithRow(pool, job, () => Promise.resolve());
        await queue.add('deliver', job, JOB);
        return times;
      },
      async close() {
        await queue.close();
        await pool.end();
      },
    };
  }
  const deliver = createJobSender({ client, inFlight, origin });
  const worker = new Worker(QUEUE, ({ data }) => deliver(data), { connection, concurrency: inFlight });
  worker.on('error', (error) => console.error(error.message));
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}

module.exports = { open };
