// The receiver of all contenders, in a process of its own. The first segment of the path selects its behaviour:
// - /ok/<endpoint> responds at once
// - /slow-<ms>/<endpoint> responds after <ms>
// - /hang/<endpoint> never responds
// - /fail/<endpoint> responds with 500 at once
// - /<anything else>/<endpoint> responds like /ok; the name only selects what is counted and recorded
// The receiver checks the signature of one request in 500, so that a contender cannot gain by omitting signatures.
const { createServer } = require('node:http');
const { serve } = require('./child-process.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { processCpuMs } = require('../measure/cpu-of-this-process.js');
const { signatureOf } = require('../workload/signature.js');
const { keyOf } = require('../workload/workload.js');

const REQUESTS_PER_SIGNATURE_CHECK = 500;

let count = 0;
let bytes = 0;
let connections = 0;
let open = 0;
let ids = new Set();
/** @type {null | { prefix: string, ids: string[], paths: string[], at: number[] }} */
let record = null;
let counted = '/';
let forged = 0;
let hung = 0;
/** @type {{ count: number, resolve: (at: number) => void }[]} */
let waiters = [];

function onRequest(request, response) {
  const at = monotonic();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { url, headers } = request;
    if (record && url.startsWith(record.prefix)) {
      record.ids.push(headers['webhook-id']);
      record.paths.push(url);
      record.at.push(at);
    }
    respond(url, response);
    if (url.startsWith(counted)) countRequest(request, chunks, at);
  });
  request.on('error', () => undefined); // The sender gave up.
}

function countRequest({ url, headers }, chunks, at) {
  count++;
  ids.add(headers['webhook-id']);
  for (const chunk of chunks) bytes += chunk.length;
  if (count % REQUESTS_PER_SIGNATURE_CHECK === 1) checkSignature(url, headers, chunks);
  if (waiters.length === 0) return;
  const due = waiters.filter((waiter) => waiter.count <= count);
  waiters = waiters.filter((waiter) => waiter.count > count);
  for (const { resolve } of due) resolve(at);
}

function respond(url, response) {
  const [, behaviour] = url.split('/', 2);
  if (behaviour === 'hang') hung++;
  else if (behaviour === 'fail') response.writeHead(500).end('failed');
  else if (behaviour.startsWith('slow-')) setTimeout(() => response.end('ok'), Number(behaviour.slice(5)));
  else response.end('ok');
}

function checkSignature(url, headers, chunks) {
  const key = keyOf(Number(url.slice(url.lastIndexOf('/') + 1)));
  const expected = signatureOf(
    key,
    headers['webhook-id'],
    headers['webhook-timestamp'],
    Buffer.concat(chunks),
  );
  if (headers['webhook-signature'] !== expected) forged++;
}

function listen() {
  return new Promise((resolve, reject) => {
    // The clients keep their connections; the receiver must not close them in between.
    const server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0, noDelay: true }, onRequest);
    server.on('connection', (socket) => {
      connections++;
      open++;
      socket.once('close', () => open--);
    });
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => resolve(server.address().port));
  });
}

serve({
  /** Opens `origins` ports of 127.0.0.1. Each port is an origin. */
  async listen({ origins }) {
    const ports = [];
    for (let i = 0; i < origins; i++) ports.push(await listen());
    return ports;
  },

  /** Resets the counts. `recording`: records the arrivals of paths with this prefix. `counting`: counts only paths with this prefix. */
  reset({ recording, counting = '/' } = {}) {
    count = 0;
    bytes = 0;
    connections = 0;
    forged = 0;
    hung = 0;
    ids = new Set();
    waiters = [];
    record = recording === undefined ? null : { prefix: recording, ids: [], paths: [], at: [] };
    counted = counting;
  },

  /**
   * Resolves when `count` requests to the counted paths have arrived, with the arrival time (monotonic, ms) of the last one.
   * If all of them have arrived before the call, returns the current time.
   */
  arrived({ count: wanted }) {
    if (count >= wanted) return monotonic();
    return new Promise((resolve) => waiters.push({ count: wanted, resolve }));
  },

  /** `connections`: opened since the last reset. `open`: open now. */
  counts: () => ({
    count,
    distinct: ids.size,
    bytes,
    connections,
    open,
    forged,
    hung,
    cpuMs: processCpuMs(),
  }),

  /** Returns what was recorded since the last reset, as columns. `at`: arrival of the request's head (monotonic, ms). */
  record: () => record,
});
