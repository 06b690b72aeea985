// What the benches of the engine alone stand on: a receiver, a PostgreSQL, a database with endpoints.
const { migrate } = require('./host.js');
const { startPostgres } = require('./postgres.js');
const { startReceiver } = require('./receiver.js');
const { emptyTables } = require('./tables.js');

/**
 * @param {(cleanUp: () => unknown) => void} defer
 * @param {{ origins?: number }} [options]
 */
async function setStage(defer, { origins = 1 } = {}) {
  const receiver = await startReceiver(origins);
  defer(() => receiver.end());
  const postgres = await startPostgres(defer);
  return {
    receiver,
    postgres,
    /** An empty database with the module's tables, and a client of it. */
    async createDatabase(name) {
      const url = await postgres.createDatabase(name);
      await migrate(url);
      const client = await postgres.connect(url);
      defer(() => postgres.dropDatabase(name));
      return { url, client, empty: () => emptyTables(client) };
    },
  };
}

module.exports = { setStage };
