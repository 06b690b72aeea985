// @ts-check
const { createServer } = require('node:http');

/**
 * A customer's receiver that can be broken. Like the log of a real receiver, its log has the `webhook-id` of each request.
 */
async function startBreakableReceiver() {
  /** @type {{ path: string, id: string, status: number }[]} */
  const log = [];
  let isBroken = false;
  const server = createServer((request, response) => {
    const status = isBroken ? 503 : 200;
    log.push({ path: request.url ?? '', id: String(request.headers['webhook-id']), status });
    request.resume();
    response.writeHead(status, isBroken ? { 'x-error-id': 'db-42' } : {});
    response.end(isBroken ? 'The database of the receiver is down' : 'ok');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    /** Distinct ids of the requests that got this status at a path. @param {string} path @param {number} status */
    arrived: (path, status) => [
      ...new Set(log.filter((each) => each.path === path && each.status === status).map(({ id }) => id)),
    ],
    breakDown: () => void (isBroken = true),
    repair: () => void (isBroken = false),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

module.exports = { startBreakableReceiver };
