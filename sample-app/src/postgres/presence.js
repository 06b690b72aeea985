// @ts-check
// How a server's users and its launcher know of each other: by connections, which even `kill -9` closes.
const { Client } = require('pg');

/** `application_name` of the connection that each user holds. */
const PRESENCE = 'postgres-user';
/** The channel a user says goodbye on. */
const GOODBYE = 'postgres_goodbye';

/**
 * Says that this process uses the server, until `leave()`.
 *
 * @param {string} url
 * @returns {Promise<{ leave(): Promise<boolean> }>} `leave` answers whether this was the last user, so that the server stops
 */
async function usePostgres(url) {
  const client = new Client({ connectionString: url, application_name: PRESENCE });
  client.on('error', () => {
    // The server went away. Whoever works with it hears so from its own connections.
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
        return true; // The server is gone already.
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}

/**
 * @param {Client} client
 * @returns {Promise<number>} how many processes use the server
 */
async function countUsers(client) {
  const { rows } = await client.query(
    'SELECT count(*)::int AS users FROM pg_stat_activity WHERE application_name = $1',
    [PRESENCE],
  );
  return rows[0].users;
}

module.exports = { countUsers, GOODBYE, usePostgres };
