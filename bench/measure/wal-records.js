// What a server writes to its WAL between `start()` and `read()`, by table or index and by kind of record.

/**
 * @typedef {object} WalRecords
 * @property {number} bytes of all records, including the records of other databases
 * @property {number} pageBytes the part of `bytes` that images of whole pages take. The first change of a page after a
 *   checkpoint writes such an image
 * @property {{ what: string, count: number, bytes: number }[]} records each kind of record; its `bytes` do not
 *   include images
 */

/**
 * Watches the WAL of a server. Requires PostgreSQL 16 or later with the extension `pg_walinspect`.
 *
 * @param {{ query(sql: string, parameters?: unknown[]): Promise<{ rows: any[] }> }} client connected to a database.
 *   The records name the tables and indexes of this database only
 * @returns {Promise<{ start(): Promise<void>, read(): Promise<WalRecords> }>}
 */
async function watchWal(client) {
  await client.query('create extension if not exists pg_walinspect');
  const position = async () =>
    (await client.query('select pg_current_wal_insert_lsn()::text as at')).rows[0].at;
  let from = '0/0';
  return {
    async start() {
      from = await position();
    },

    async read() {
      const to = await position();
      // Only WAL that is on disk can be read. The commit of this message writes everything before it to disk.
      await client.query(`select pg_logical_emit_message(true, 'bench', '')`);
      const { rows } = await client.query(
        `with block as (
           select distinct on (start_lsn) start_lsn, relfilenode
             from pg_get_wal_block_info($1, $2, false)
            order by start_lsn, block_id
         )
         -- Kinds that differ only by +INIT (new page), or by _L and _R (half of a split page), count as one kind.
         select coalesce(c.relname || ' ', '') || r.resource_manager || ' '
                  || regexp_replace(r.record_type, '([+]INIT|_[LR])$', '') as what,
                count(*)::int as count,
                sum(r.record_length - r.fpi_length)::float8 as bytes, sum(r.fpi_length)::float8 as "pageBytes"
           from pg_get_wal_records_info($1, $2) r
           left join block b using (start_lsn)
           left join pg_class c on pg_relation_filenode(c.oid) = b.relfilenode
          group by 1
          order by 3 desc`,
        [from, to],
      );
      const sum = (pick) => rows.reduce((total, row) => total + pick(row), 0);
      return {
        bytes: sum((row) => row.bytes + row.pageBytes),
        pageBytes: sum((row) => row.pageBytes),
        records: rows.map(({ what, count, bytes }) => ({ what, count, bytes })),
      };
    },
  };
}

module.exports = { watchWal };
