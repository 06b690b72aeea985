// BullMQ on a Redis with an append-only file. Finished jobs are kept, which is BullMQ's default.
const { createJobSender } = require('../race/job-sender.js');
const { jobs } = require('../workload/workload.js');

const QUEUE = 'deliver';
const JOBS_PER_TRANSACTION = 1_000;

/** @param {import('../race/contender-process.js').ContenderConfig} config */
async function open({ redis, client, inFlight, origin }) {
  const { Queue, Worker } = require('bullmq');
  const { Redis } = require('ioredis');
  const connection = { ...redis, maxRetriesPerRequest: null };
  const admin = new Redis(redis);
  const deliver = createJobSender({ client, inFlight, origin });
  let queue;
  let worker;
  let expected = 0;
  return {
    settings: { connections: 'one for commands, one for blocking reads' },

    async prepare(first, count) {
      await admin.flushall();
      queue = new Queue(QUEUE, { connection });
      const opts = { attempts: 10, backoff: { type: 'exponential', delay: 5_000 } };
      for (let from = first; from < first + count; from += JOBS_PER_TRANSACTION) {
        const batch = jobs(from, Math.min(JOBS_PER_TRANSACTION, first + count - from));
        await queue.addBulk(batch.map((data) => ({ name: 'deliver', data, opts })));
      }
      worker = new Worker(QUEUE, ({ data }) => deliver(data), {
        connection,
        concurrency: inFlight,
        autorun: false,
      });
      worker.on('error', (error) => console.error(error.message));
      await worker.waitUntilReady();
      expected = count;
    },

    async start() {
      void worker.run();
    },

    isDone: async () => (await queue.getCompletedCount()) === expected,

    async stop() {
      await worker.close();
      await queue.close();
    },
  };
}

module.exports = { open };
