/**
 * A document whose objects may have no other fields than it names. Clients must accept further fields, but a field that the
 * routes return and the document does not name is missing in the document.
 */
export function closed(part: unknown, isPart = false): unknown {
  if (Array.isArray(part)) return part.map((each) => closed(each, isPart));
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([name, value]) => [name, closed(value, name === 'allOf')]);
  const isObject = 'properties' in part && !('additionalProperties' in part) && 'type' in part;
  // The parts of `allOf` are each about some of the fields.
  return { ...Object.fromEntries(entries), ...(isObject && !isPart && { additionalProperties: false }) };
}
