// One HTTP client in a process of its own, for `http.js`. It sends to made-up names. All resolve to the receiver, except those
// that begin with `missing`.
const { callbackify } = require('node:util');
const { serve } = require('../testbed/child-process.js');
const { hostPackage, requireFromBuild } = require('../testbed/engine.js');
const { processCpuMs } = require('../measure/cpu-of-this-process.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { runConcurrently } = require('../workload/run-concurrently.js');
const { signedHeaders } = require('../workload/signature.js');
const { endpointsAt, jobs } = require('../workload/workload.js');

const ADDRESSES = [{ address: '127.0.0.1', family: 4 }];
const TIMEOUT_MS = 15_000;
const MISSING = 'missing';

let client;
let port;
let lookups = 0;

async function lookUp(hostname) {
  lookups++;
  if (hostname.startsWith(MISSING)) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  return ADDRESSES;
}

/** Each has `post(place, headers, body)`, which resolves after the response has been read. */
const CLIENTS = {
  ours() {
    const { createTransport } = requireFromBuild('http/client/create-transport.js');
    const transport = createTransport({
      kind: 'undici',
      allowHttp: true,
      allowedAddresses: ['127.0.0.0/8'],
      lookup: lookUp,
    });
    return {
      post: ({ url }, headers, body) => transport.send({ url, headers, body, timeoutMs: TIMEOUT_MS }),
    };
  },

  agent(connections) {
    const { Agent } = hostPackage('undici');
    const lookup = callbackify((hostname) => lookUp(hostname));
    const connect = { lookup: (hostname, _options, done) => lookup(hostname, done) };
    return agentClient(new Agent({ ...agentOptions(connections), connect }));
  },

  'agent-dns'(connections) {
    const { Agent, interceptors } = hostPackage('undici');
    // The addresses are copied, because the interceptor writes into them.
    const lookup = callbackify(async ({ hostname }) => (await lookUp(hostname)).map((each) => ({ ...each })));
    const options = { lookup: (origin, _options, done) => lookup(origin, done) };
    return agentClient(new Agent(agentOptions(connections)).compose(interceptors.dns(options)));
  },
};

function agentOptions(connections) {
  return { connections, pipelining: 1, headersTimeout: TIMEOUT_MS };
}

function agentClient(agent) {
  return {
    async post({ origin, path }, headers, body) {
      const response = await agent.request({ origin, path, method: 'POST', headers, body });
      await response.body.dump();
    },
  };
}

/** Returns an endpoint for each job, at a pseudo-random host that is the same in every run. `origins`: number of hosts. */
function placesOf(count, origins) {
  let state = 1;
  const places = Array.from({ length: origins }, (_, i) =>
    endpointsAt(`http://r${i}.webhooks-bench.com:${port}`),
  );
  return Array.from({ length: count }, (_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return places[(state >>> 8) % origins][i % places[0].length];
  });
}

serve({
  /** @param {{ kind: string, connections: number, receiverPort: number }} options */
  open({ kind, connections, receiverPort }) {
    client = CLIENTS[kind](connections);
    port = receiverPort;
  },

  /** Sends signed requests. @returns the duration and the CPU time (ms) of sending all of them */
  async send({ first, count, origins, inFlight }) {
    const list = jobs(first, count);
    const places = placesOf(count, origins);
    const cpuBefore = processCpuMs();
    const before = monotonic();
    await runConcurrently(inFlight, count, (i) => {
      const body = Buffer.from(list[i].body);
      return client.post(places[i], signedHeaders({ id: list[i].id, body }, places[i].key), body);
    });
    const ms = monotonic() - before;
    return { ms, cpuMs: processCpuMs() - cpuBefore };
  },

  /** Sends requests to one host name. @returns how many times the name was looked up */
  async lookupsOf({ count, inFlight, resolves }) {
    const [place] = endpointsAt(`http://${resolves ? 'new' : MISSING}.webhooks-bench.com:${port}`);
    const [job] = jobs(0, 1);
    const body = Buffer.from(job.body);
    const headers = signedHeaders({ id: job.id, body }, place.key);
    const before = lookups;
    let failed = 0;
    await runConcurrently(inFlight, count, () => client.post(place, headers, body).catch(() => failed++));
    if (failed !== (resolves ? 0 : count)) throw new Error(`${failed} of ${count} requests failed`);
    return lookups - before;
  },
});
