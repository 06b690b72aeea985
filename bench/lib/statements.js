// Statements as the PostgreSQL client sends them: each is a round trip, BEGIN and COMMIT included.
const { createRequire } = require('node:module');
const { join } = require('node:path');

/** The bench's copy, which the peers use, and the workspace's, which TypeORM uses. */
const COPIES = [__filename, join(__dirname, '../../package.json')].map((from) => createRequire(from)('pg'));

let sent = 0;
/** @type {null | ((text: string, ms: number) => void)} */
let observer = null;

for (const { Client } of new Set(COPIES)) {
  const { query } = Client.prototype;
  Client.prototype.query = function (...args) {
    sent++;
    const began = performance.now();
    const result = query.apply(this, args);
    if (observer && typeof result?.then === 'function') void observed(args[0], began, result);
    return result;
  };
}

async function observed(query, began, result) {
  try {
    await result;
  } catch {
    // Whoever sent it hears of it.
  }
  observer?.(typeof query === 'string' ? query : query.text, performance.now() - began);
}

/** How many this process has sent since it started. */
function statementsSent() {
  return sent;
}

/**
 * Calls `observe` with the text and the time, ms, of every statement answered from now on; `null`: no more. The time is
 * the client's: the wait for its own event loop is in it.
 *
 * @param {typeof observer} observe
 */
function observeStatements(observe) {
  observer = observe;
}

module.exports = { observeStatements, statementsSent };
