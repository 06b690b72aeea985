// No queue and no database at all: a list in memory, so many in flight. What the HTTP client can do on this machine.
const { inFlight: runInFlight } = require('../lib/in-flight.js');
const { createJobSender } = require('../lib/job-sender.js');
const { jobs } = require('../lib/workload.js');

/** @param {import('../lib/contender-process.js').ContenderConfig} config */
async function open({ client, inFlight, origin }) {
  const deliver = createJobSender({ client, inFlight, origin });
  let list = [];
  let running = null;
  let done = false;
  const drain = async () => {
    await runInFlight(inFlight, list.length, (i) => deliver(list[i]));
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

    settled: async () => done,
    stop: () => running,
  };
}

module.exports = { open };
