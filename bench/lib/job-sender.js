const { createHttpClient } = require('./http-client.js');
const { signedHeaders } = require('./signature.js');
const { endpointsAt } = require('./workload.js');

/**
 * What the task of a queue does with a job: look up its endpoint, sign, send, throw on anything but a success.
 *
 * @param {{ client: string, inFlight: number, origin: string }} config
 * @returns {(job: { id: string, endpoint: number, body: string }) => Promise<void>}
 */
function createJobSender({ client, inFlight, origin }) {
  const endpoints = endpointsAt(origin);
  const http = createHttpClient(client, inFlight);
  return async (job) => {
    const body = Buffer.from(job.body);
    const endpoint = endpoints[job.endpoint];
    const status = await http.post(endpoint, signedHeaders({ id: job.id, body }, endpoint.key), body);
    if (status < 200 || status >= 300) throw new Error(`HTTP ${status}`);
  };
}

module.exports = { createJobSender };
