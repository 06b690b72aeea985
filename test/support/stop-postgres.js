const { Client } = require('pg');

module.exports = async () => {
  if (globalThis.testPostgres) return globalThis.testPostgres.stop();
  const client = new Client({ connectionString: process.env.TEST_SERVER_URL });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS template_${process.env.TEST_RUN_ID}`);
  await client.end();
};
