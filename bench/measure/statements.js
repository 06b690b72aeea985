// Counts statements at the PostgreSQL client. Each is a round trip; BEGIN and COMMIT count too.
const { createRequire } = require('node:module');
const { join } = require('node:path');

/** The copy of `pg` that graphile-worker uses, and the workspace's copy, which TypeORM uses. */
const COPIES = [__filename, join(__dirname, '../../package.json')].map((from) => createRequire(from)('pg'));

let sent = 0;
/** @type {null | ((text: string, ms: number, parameters?: unknown[]) => void)} */
let observer = null;

for (const { Client } of new Set(COPIES)) {
  const { query } = Client.prototype;
  Client.prototype.query = function (...args) {
    sent++;
    const began = performance.now();
    const result = query.apply(this, args);
    if (observer && typeof result?.then === 'function') void notifyObserver(args, began, result);
    return result;
  };
}

async function notifyObserver([query, parameters], began, result) {
  try {
    await result;
  } catch {
    // The caller that sent the statement handles its error.
  }
  const { text, values } = typeof query === 'string' ? { text: query, values: parameters } : query;
  observer?.(text, performance.now() - began, values);
}

/** Number of statements that this process has sent since its start. */
function statementsSent() {
  return sent;
}

/**
 * From now on, calls `observe` after each statement has completed or failed, with the statement's text, duration (ms) and
 * parameters. `null` ends this. The duration is measured at the client, so it includes waits for the client's event loop.
 *
 * @param {typeof observer} observe
 */
function observeStatements(observe) {
  observer = observe;
}

module.exports = { observeStatements, statementsSent };
