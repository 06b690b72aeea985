/** Formats the primary key of a host's row for people: `42`, or `["a",1]` for several columns. `key` is a JSON list. */
export function describeRowKey(key: string): string {
  const values = JSON.parse(key) as unknown[];
  return values.length === 1 ? String(values[0]) : key;
}
