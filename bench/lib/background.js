// The other tenants: a steady stream of single events whose way to the receiver is timed while something else goes on.
const { arrivalTimes } = require('./arrivals.js');
const { latencies } = require('./figures.js');

/**
 * Publishes steadily and answers the latencies, once all has arrived. Its endpoints must be below `/ok/`.
 *
 * @param {object} of
 * @param {{ call(method: string, params: unknown): Promise<any> }} of.publisher
 * @param {{ record(): Promise<{ ids: string[], at: number[] }> }} of.receiver recording
 * @param {number} of.perSecond
 * @param {number} of.seconds
 * @param {number} of.from @param {number} of.to endpoints
 * @param {number} [of.patience] seconds to wait for the last ones. Default 60
 */
async function streamInBackground({ publisher, receiver, patience = 60, ...stream }) {
  const commits = await publisher.call('publishSteadily', stream);
  const deadline = Date.now() + patience * 1000;
  for (;;) {
    const record = await receiver.record();
    const arrived = new Set(record.ids);
    if (commits.ids.every((id) => arrived.has(id))) return latencies(arrivalTimes(commits, record).fromSent);
    if (Date.now() > deadline) {
      const missing = commits.ids.filter((id) => !arrived.has(id)).length;
      throw new Error(
        `${missing} of ${commits.ids.length} events of the other tenants had not arrived ${patience} s after the last.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

module.exports = { streamInBackground };
