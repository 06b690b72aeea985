// A steady stream of single events. Benchmarks measure its latency, usually while other endpoints get a burst or fail.
const { arrivalTimes } = require('../measure/arrival-times.js');
const { latencies } = require('../measure/figures.js');

/**
 * Publishes at a fixed rate. After every event has arrived, returns the latencies (ms) from commit to arrival.
 *
 * @param {object} of
 * @param {{ call(method: string, params: unknown): Promise<any> }} of.publisher
 * @param {{ record(): Promise<{ ids: string[], at: number[] }> }} of.receiver must be recording
 * @param {number} of.perSecond
 * @param {number} of.seconds
 * @param {number} of.from index of the first endpoint
 * @param {number} of.to index of the last endpoint, plus one
 * @param {number} [of.timeout] seconds to wait for the last events. Default 60
 * @throws {Error} if an event has not arrived by then
 */
async function publishInBackground({ publisher, receiver, timeout = 60, ...stream }) {
  const commits = await publisher.call('publishAtRate', stream);
  const deadline = Date.now() + timeout * 1000;
  for (;;) {
    const record = await receiver.record();
    const arrived = new Set(record.ids);
    if (commits.ids.every((id) => arrived.has(id))) return latencies(arrivalTimes(commits, record).fromSent);
    if (Date.now() > deadline) {
      const missing = commits.ids.filter((id) => !arrived.has(id)).length;
      throw new Error(
        `${missing} of ${commits.ids.length} background events had not arrived ${timeout} s after the last event was published.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

module.exports = { publishInBackground };
