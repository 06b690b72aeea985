import { inspect } from 'node:util';

const MAX_NAME_LENGTH = 300;

/**
 * Declares one test for many cases. The test runs `check` for each case, one after another, and fails once with a list of the
 * cases for which `check` threw. Each entry shows the case and the failed assertion.
 */
export function itForAll<const Case>(
  cases: Iterable<Case>,
): (title: string, check: (one: Case) => unknown) => void {
  return (title, check) => it(title, () => checkAll(cases, check));
}

async function checkAll<Case>(cases: Iterable<Case>, check: (one: Case) => unknown): Promise<void> {
  const failures: string[] = [];
  let count = 0;
  for (const one of cases) {
    count++;
    try {
      await check(one);
    } catch (error) {
      failures.push(`${nameOf(one)}\n${error instanceof Error ? error.message : inspect(error)}`);
    }
  }
  if (count === 0) throw new Error('There are no cases to check.');
  if (failures.length > 0)
    throw new Error(`${failures.length} of ${count} cases failed:\n\n${failures.join('\n\n')}`);
}

/** The case on one line of printable ASCII. */
function nameOf(one: unknown): string {
  const line = inspect(one, { depth: 5, breakLength: Infinity, maxStringLength: 100, maxArrayLength: 20 });
  const printable = line.replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return printable.slice(0, MAX_NAME_LENGTH);
}
