// graphile-worker with the settings that its documentation advises for throughput: local queue, batched completion.
const { createJobSender } = require('../race/job-sender.js');
const { jobs } = require('../workload/workload.js');

const JOBS_PER_TRANSACTION = 1_000;
const POOL_SIZE = 10;
/** 0, 20 and 100 ms were tried, with local queues of 200, 500 and 2,000 jobs. 20 ms with 500 jobs was the fastest. */
const BATCH_DELAY_MS = 20;

/** Options of a worker. @param {{ databaseUrl: string, inFlight: number, logger: unknown }} of */
function workerOptions({ databaseUrl, inFlight, logger: silent }) {
  return {
    connectionString: databaseUrl,
    concurrentJobs: inFlight,
    maxPoolSize: POOL_SIZE,
    pollInterval: 500,
    localQueue: { size: 500, refetchDelay: { durationMs: 0 } },
    completeJobBatchDelay: BATCH_DELAY_MS,
    failJobBatchDelay: BATCH_DELAY_MS,
    logger: silent,
  };
}

/** A logger that writes nothing. */
async function logger() {
  const { Logger } = await import('graphile-worker');
  return new Logger(() => () => undefined);
}

/** @param {import('../race/contender-process.js').ContenderConfig} config */
async function open({ databaseUrl, client, inFlight, origin, connect }) {
  const { makeWorkerUtils, run } = await import('graphile-worker');
  const silent = await logger();
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger: silent });
  await utils.migrate();
  const sql = await connect(databaseUrl);
  const worker = workerOptions({ databaseUrl, inFlight, logger: silent });
  const deliver = createJobSender({ client, inFlight, origin });
  let runner;
  return {
    settings: {
      poolSize: POOL_SIZE,
      localQueue: worker.localQueue.size,
      completeJobBatchDelay: BATCH_DELAY_MS,
    },

    async prepare(first, count) {
      await sql.query('truncate graphile_worker._private_jobs');
      for (let from = first; from < first + count; from += JOBS_PER_TRANSACTION) {
        const batch = jobs(from, Math.min(JOBS_PER_TRANSACTION, first + count - from));
        await sql.query('begin');
        await sql.query(
          `select count(*) from graphile_worker.add_jobs(array(
             select row('deliver', payload, null, null, 10, null, null, null)::graphile_worker.job_spec
               from json_array_elements($1::json) as payload))`,
          [JSON.stringify(batch)],
        );
        await sql.query('commit');
      }
      await sql.query('vacuum analyze graphile_worker._private_jobs');
    },

    async start() {
      runner = await run({ preset: { worker }, taskList: { deliver }, noHandleSignals: true, crontab: '' });
    },

    async isDone() {
      const { rows } = await sql.query(
        'select not exists (select 1 from graphile_worker._private_jobs) as done',
      );
      return rows[0].done;
    },

    stop: () => runner.stop(),
  };
}

module.exports = { logger, open, workerOptions };
