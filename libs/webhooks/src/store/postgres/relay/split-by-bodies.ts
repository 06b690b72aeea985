/** Maximum length of all bodies in one statement (characters). A larger body gets a statement of its own. */
const MAX_STATEMENT_LENGTH = 4 * 1024 * 1024;

/**
 * Divides deliveries into parts, in the same order. The bodies of a part fit into one statement. Returns at least one part,
 * which may be empty.
 */
export function splitByBodies<Delivery extends { body: string }>(
  deliveries: readonly Delivery[],
): (readonly Delivery[])[] {
  const parts: (readonly Delivery[])[] = [];
  let start = 0;
  let length = 0;
  for (let i = 0; i < deliveries.length; i++) {
    const added = deliveries[i]!.body.length;
    if (i > start && length + added > MAX_STATEMENT_LENGTH) {
      parts.push(deliveries.slice(start, i));
      start = i;
      length = 0;
    }
    length += added;
  }
  parts.push(start === 0 ? deliveries : deliveries.slice(start));
  return parts;
}
