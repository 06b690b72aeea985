/**
 * Parses JSON text of a row. Returns `undefined`, which is never a JSON value, if the text is invalid. Somebody may have
 * changed the row by hand, and one damaged row must not stop the batch that it is read with.
 */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
