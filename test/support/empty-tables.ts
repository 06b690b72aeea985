type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** Empties tables. Truncating even an empty table is slow (milliseconds), so tables without any data are left out. */
export async function emptyTables(query: Query, tables: string[]): Promise<void> {
  const written = await query<{ name: string }>(
    'select name from unnest($1::text[]) as name where pg_relation_size(name::regclass) > 0',
    [tables],
  );
  if (written.length > 0) await query(`truncate ${written.map(({ name }) => name).join(', ')}`);
}
