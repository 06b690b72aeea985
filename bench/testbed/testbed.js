// What the benchmarks of the engine alone run on: a receiver, a PostgreSQL, and databases with the module's tables.
const { migrate } = require('./host.js');
const { startPostgres } = require('./postgres.js');
const { startReceiver } = require('./receiver.js');
const { emptyTables } = require('./tables.js');

/**
 * @param {(cleanUp: () => unknown) => void} defer
 * @param {{ origins?: number }} [options]
 */
async function createTestbed(defer, { origins = 1 } = {}) {
  const receiver = await startReceiver(origins);
  defer(() => receiver.end());
  const postgres = await startPostgres(defer);
  return {
    receiver,
    postgres,
    /** Creates a database with the module's tables, and connects to it. */
    async createDatabase(name) {
      const url = await postgres.createDatabase(name);
      await migrate(url);
      const client = await postgres.connect(url);
      defer(() => postgres.dropDatabase(name));
      return { url, client, empty: () => emptyTables(client) };
    },
  };
}

module.exports = { createTestbed };
