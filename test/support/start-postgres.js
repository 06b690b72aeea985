const { randomUUID } = require('node:crypto');
const { startPostgres } = require('../../sample-app/src/postgres/start-postgres.js');

// Starts one server for the whole run, on a free port and in a temporary folder, so that runs can be parallel.
// `createDatabase()` creates a database on this server for each test file. DATABASE_URL names a server to use instead.
module.exports = async () => {
  process.env.TEST_RUN_ID = randomUUID().replaceAll('-', '');
  if (process.env.DATABASE_URL) {
    process.env.TEST_SERVER_URL = process.env.DATABASE_URL;
    return;
  }
  globalThis.testPostgres = await startPostgres({ durable: false, lingerMs: 10_000 });
  process.env.TEST_SERVER_URL = globalThis.testPostgres.url;
};
