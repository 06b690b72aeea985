// graphile-worker with the settings of `drain.js`: the job is added in the host's transaction, which notifies the worker.
const { createJobSender } = require('../race/job-sender.js');
const { jobOf } = require('../workload/workload.js');
const { logger, workerOptions } = require('../contenders/graphile-worker.js');
const { commitWithRow, hostPool } = require('./host-row.js');

const ADD = `select 1 from graphile_worker.add_job('deliver', $1::json, max_attempts => 10)`;

/** @param {import('./pace-process.js').PacedConfig} config */
async function open({ databaseUrl, client, inFlight, origin, role }) {
  if (role === 'publish') {
    const pool = hostPool(databaseUrl);
    return {
      publish(number) {
        const job = jobOf(number);
        return commitWithRow(pool, job, (sql) => sql.query(ADD, [JSON.stringify(job)]));
      },
      close: () => pool.end(),
    };
  }
  const { run } = await import('graphile-worker');
  const deliver = createJobSender({ client, inFlight, origin });
  const worker = workerOptions({ databaseUrl, inFlight, logger: await logger() });
  const runner = await run({ preset: { worker }, taskList: { deliver }, noHandleSignals: true, crontab: '' });
  return { close: () => runner.stop() };
}

async function prepare({ databaseUrl }) {
  const { makeWorkerUtils } = await import('graphile-worker');
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger: await logger() });
  await utils.migrate();
  await utils.release();
}

module.exports = { open, prepare };
