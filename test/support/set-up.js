const { execFileSync } = require('node:child_process');
const { resolve } = require('node:path');
const startPostgres = require('./start-postgres.js');

// Before all tests: builds the webhooks page if its sources have changed, which takes a second, and starts PostgreSQL.
module.exports = async () => {
  execFileSync(process.execPath, [resolve(__dirname, '../../libs/portal/build/build.js'), '--if-stale'], {
    stdio: 'inherit',
  });
  await startPostgres();
};
