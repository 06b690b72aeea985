const { createHttpClient } = require('./http-client.js');
const { signedHeaders } = require('../workload/signature.js');
const { endpointsAt } = require('../workload/workload.js');

/**
 * What a queue's task does with a job: looks up its endpoint, signs, sends, and throws unless the response is a success.
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
