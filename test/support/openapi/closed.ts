/**
 * Returns the document, changed so that its objects allow only named fields. The document itself allows other fields,
 * because clients must accept them. But the routes must not return a field that the document does not name.
 */
export function closed(part: unknown, isPart = false): unknown {
  if (Array.isArray(part)) return part.map((each) => closed(each, isPart));
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([name, value]) => [name, closed(value, name === 'allOf')]);
  const isObject = 'properties' in part && !('additionalProperties' in part) && 'type' in part;
  // Each part of `allOf` names only some of the fields, so the parts stay open.
  return { ...Object.fromEntries(entries), ...(isObject && !isPart && { additionalProperties: false }) };
}
