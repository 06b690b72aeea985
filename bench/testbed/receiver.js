const { join } = require('node:path');
const { startChild } = require('./child-process.js');

/**
 * Starts the receiver. `origins`: how many ports it listens on.
 *
 * @param {number} [origins]
 */
async function startReceiver(origins = 1) {
  const child = startChild(join(__dirname, 'receiver-process.js'));
  const ports = await child.call('listen', { origins });
  return {
    ports,
    origin: `http://127.0.0.1:${ports[0]}`,
    reset: (options) => child.call('reset', options),
    /** @returns {Promise<{ count: number, distinct: number, bytes: number, connections: number, open: number, forged: number, hung: number, cpuMs: number }>} */
    counts: () => child.call('counts'),
    /** @returns {Promise<{ ids: string[], paths: string[], at: number[] }>} */
    record: () => child.call('record'),
    /** Resolves when `count` requests have arrived. Rejects if they do not arrive within `seconds`. */
    arrived: (count, seconds) =>
      within(seconds, child.call('arrived', { count }), () => child.call('counts')),
    end: () => child.end(),
  };
}

async function within(seconds, arrived, counts) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(async () => {
      const { count } = await counts().catch(() => ({ count: 'unknown' }));
      reject(new Error(`Only ${count} requests arrived within ${seconds} s.`));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([arrived, late]);
  } finally {
    clearTimeout(timer);
    late.catch(() => undefined);
  }
}

module.exports = { startReceiver };
