// The HTTP clients that the other contenders use, in their fastest settings: keep-alive, one connection per request in flight,
// no redirects, no body transforms, no proxy look-up.
const { Agent: HttpAgent } = require('node:http');
const { requireFromBuild } = require('../testbed/engine.js');

/**
 * @typedef {{ url: string, origin: string, path: string }} Place
 * @typedef {{ post(place: Place, headers: Record<string, string>, body: Buffer): Promise<number>, close(): Promise<void> }} HttpClient
 *   `post` returns the status after the response has been read
 */

/** @type {Record<string, (connections: number) => HttpClient>} */
const CLIENTS = {
  undici(connections) {
    const { Agent } = require('undici');
    const agent = new Agent({ connections, pipelining: 1, keepAliveTimeout: 60_000 });
    return {
      async post({ origin, path }, headers, body) {
        const response = await agent.request({ origin, path, method: 'POST', headers, body });
        await response.body.dump();
        return response.statusCode;
      },
      close: () => agent.close(),
    };
  },

  axios(connections) {
    const axios = require('axios');
    const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: connections });
    const client = axios.create({
      httpAgent,
      proxy: false,
      maxRedirects: 0,
      timeout: 15_000,
      validateStatus: null,
      transformRequest: (data) => data,
      transformResponse: (data) => data,
    });
    return {
      async post({ url }, headers, body) {
        return (await client.post(url, body, { headers })).status;
      },
      close: async () => httpAgent.destroy(),
    };
  },

  /** The engine's own transports, without the engine. */
  'engine-axios': () => engineClient('axios'),
  'engine-undici': () => engineClient('undici'),
};

function engineClient(kind) {
  const { createTransport } = requireFromBuild('http/client/create-transport.js', 'http/create-transport.js');
  const transport = createTransport({ kind, allowHttp: true, allowedAddresses: ['127.0.0.0/8'] });
  return {
    async post({ url }, headers, body) {
      return (await transport.send({ url, headers, body, timeoutMs: 15_000 })).status;
    },
    close: () => transport.close(),
  };
}

/** @param {string} name @param {number} connections @returns {HttpClient} */
function createHttpClient(name, connections) {
  return CLIENTS[name](connections);
}

module.exports = { createHttpClient };
