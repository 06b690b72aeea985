// What a database does between `reset()` and `read()`: its statements, their planning and execution, and the server's WAL.

/**
 * @typedef {{ statements: number, planMs: number, executionMs: number, walBytes: number }} DatabaseWork
 *   `statements`: each is a round trip; `BEGIN` and `COMMIT` count too. `walBytes`: of the whole server
 */

/**
 * Watches one database of a server that loads `pg_stat_statements`.
 *
 * @param {{ query(sql: string, parameters?: unknown[]): Promise<{ rows: any[] }> }} client connected to another database, so that its
 *   own statements are not counted
 * @param {string} database name
 * @returns {Promise<{ reset(): Promise<void>, read(): Promise<DatabaseWork>, top(count: number): Promise<any[]> }>}
 * @throws {Error} if the server does not load `pg_stat_statements`
 */
async function watchDatabase(client, database) {
  await client.query('create extension if not exists pg_stat_statements');
  const of = `from pg_stat_statements where dbid = (select oid from pg_database where datname = $1)`;
  let walFrom = '0/0';
  return {
    async reset() {
      await client.query(
        `select pg_stat_statements_reset(0, (select oid from pg_database where datname = $1), 0)`,
        [database],
      );
      walFrom = (await client.query('select pg_current_wal_insert_lsn() as at')).rows[0].at;
    },

    async read() {
      const { rows } = await client.query(
        `select coalesce(sum(calls), 0)::float8 as statements, coalesce(sum(total_plan_time), 0) as "planMs",
                coalesce(sum(total_exec_time), 0) as "executionMs",
                (pg_current_wal_insert_lsn() - $2::pg_lsn)::float8 as "walBytes" ${of}`,
        [database, walFrom],
      );
      return rows[0];
    },

    /** Returns a list for people to read: the statements that took the most time. */
    async top(count) {
      const { rows } = await client.query(
        `select calls::int, round(total_plan_time)::int as plan_ms, round(total_exec_time)::int as execution_ms,
                regexp_replace(left(query, 160), '\\s+', ' ', 'g') as statement ${of}
          order by total_plan_time + total_exec_time desc limit $2`,
        [database, count],
      );
      return rows;
    },
  };
}

module.exports = { watchDatabase };
