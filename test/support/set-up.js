const { execFileSync } = require('node:child_process');
const { resolve } = require('node:path');
const startPostgres = require('./start-postgres.js');

// Before all tests: the webhooks page as its sources are now, which takes a second if they have changed, and a PostgreSQL.
module.exports = async () => {
  execFileSync(process.execPath, [resolve(__dirname, '../../libs/portal/build/build.js'), '--if-stale'], {
    stdio: 'inherit',
  });
  await startPostgres();
};
