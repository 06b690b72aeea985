// The host's own change, which every contender makes: it inserts one row with the status of a message.
const { Pool } = require('pg');
const { monotonic } = require('../measure/monotonic-clock.js');

const CREATE =
  'create table if not exists host_messages (id text primary key, status text not null, at timestamptz not null)';
const INSERT = 'insert into host_messages (id, status, at) values ($1, $2, now())';

/** Parameters of `INSERT`. @param {{ id: string }} job */
const rowOf = ({ id }) => [id, 'delivered'];

/** Creates the host's pool. Its size is the default of TypeORM's pool. @param {string} databaseUrl */
function hostPool(databaseUrl) {
  return new Pool({ connectionString: databaseUrl, max: 10 });
}

/**
 * In one transaction, writes the host's row and calls `enqueue`. The result says when COMMIT was sent, and when COMMIT
 * returned.
 *
 * @param {Pool} pool
 * @param {{ id: string }} job
 * @param {(client: import('pg').PoolClient) => Promise<unknown>} enqueue
 */
async function commitWithRow(pool, job, enqueue) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(INSERT, rowOf(job));
    await enqueue(client);
    const sent = monotonic();
    await client.query('commit');
    return { id: job.id, sent, committed: monotonic() };
  } finally {
    client.release();
  }
}

module.exports = { commitWithRow, CREATE, hostPool, INSERT, rowOf };
