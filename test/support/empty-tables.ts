type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** Empties tables. To truncate one takes milliseconds, so only those are truncated that have been written to since. */
export async function emptyTables(query: Query, tables: string[]): Promise<void> {
  const written = await query<{ name: string }>(
    'select name from unnest($1::text[]) as name where pg_relation_size(name::regclass) > 0',
    [tables],
  );
  if (written.length > 0) await query(`truncate ${written.map(({ name }) => name).join(', ')}`);
}
