// The testbed of the benchmarks that measure only this project: a receiver, PostgreSQL, and databases with the module's tables.
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
    /** Connects to the database `name`, which stays after this run. If no earlier run has filled it, calls `fill`. */
    async keepDatabase(name, fill) {
      const url = await postgres.keptDatabase(name);
      const client = await postgres.connect(url);
      const { rows } = await client.query(`select to_regclass('bench_filled') as filled`);
      if (rows[0].filled === null) await client.query('drop schema public cascade; create schema public');
      await migrate(url);
      if (rows[0].filled === null) {
        await fill(client);
        await client.query('create table bench_filled ()');
      }
      return { url, client };
    },
  };
}

module.exports = { createTestbed };
