// No queue and no database: a list in memory. Shows what the HTTP client can do on this machine.
const { runConcurrently } = require('../workload/run-concurrently.js');
const { createJobSender } = require('../race/job-sender.js');
const { jobs } = require('../workload/workload.js');

/** @param {import('../race/contender-process.js').ContenderConfig} config */
async function open({ client, inFlight, origin }) {
  const deliver = createJobSender({ client, inFlight, origin });
  let list = [];
  let running = null;
  let done = false;
  const drain = async () => {
    await runConcurrently(inFlight, list.length, (i) => deliver(list[i]));
    done = true;
  };
  return {
    settings: {},

    async prepare(first, count) {
      list = jobs(first, count);
      done = false;
    },

    async start() {
      running = drain();
    },

    isDone: async () => done,
    stop: () => running,
  };
}

module.exports = { open };
