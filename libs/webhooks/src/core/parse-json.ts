/**
 * JSON text of a row, read. `undefined`, which JSON is never, where somebody changed the row by hand: one that cannot be
 * read must not stop those that are read with it.
 */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
