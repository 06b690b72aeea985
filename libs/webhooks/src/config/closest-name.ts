/** A name is similar if it needs at most this many edits per character of the given name. */
const MAX_DIFFERENCE = 1 / 3;
/** A longer text is not a misspelled name. */
const MAX_CHARACTERS = 50;

/**
 * The name that was probably meant, or null. Case does not count.
 *
 * @param partOf the part of a name to compare. Default: the whole name
 */
export function closestName(
  given: string,
  names: readonly string[],
  partOf: (name: string) => string = (name) => name,
): string | null {
  if (given.length > MAX_CHARACTERS) return null;
  const part = partOf(given).toLowerCase();
  const distances = names.map((name) => ({ name, edits: editDistance(part, partOf(name).toLowerCase()) }));
  const [closest] = distances.toSorted((a, b) => a.edits - b.edits);
  return closest && closest.edits <= given.length * MAX_DIFFERENCE ? closest.name : null;
}

/** How many characters to insert, delete or replace to get from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
