// @ts-check
// How a launcher counts the users of its server. Each user is a process that holds a connection to the server. The
// operating system closes this connection even after `kill -9`.
const { Client } = require('pg');

/** `application_name` of the connection that each user holds. */
const PRESENCE = 'postgres-user';
/** The channel that a user notifies when it leaves. */
const GOODBYE = 'postgres_goodbye';

/**
 * Registers this process as a user of the server until `leave()`.
 *
 * @param {string} url
 * @returns {Promise<{ leave(): Promise<boolean> }>} `leave` returns true if the server has ended already, or if it
 *   will stop because no other user is left
 */
async function usePostgres(url) {
  const client = new Client({ connectionString: url, application_name: PRESENCE });
  client.on('error', () => {
    // The server has ended. Other connections of this process report it.
  });
  await client.connect();
  return {
    async leave() {
      try {
        await client.query(`SET application_name = 'postgres-user-leaving'`);
        const others = await countUsers(client);
        await client.query(`NOTIFY ${GOODBYE}`);
        return others === 0;
      } catch {
        return true; // The server has ended already.
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}

/**
 * @param {Client} client
 * @returns {Promise<number>} number of processes that use the server
 */
async function countUsers(client) {
  const { rows } = await client.query(
    'SELECT count(*)::int AS users FROM pg_stat_activity WHERE application_name = $1',
    [PRESENCE],
  );
  return rows[0].users;
}

module.exports = { countUsers, GOODBYE, usePostgres };
