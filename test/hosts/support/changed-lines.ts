import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Number of lines that differ between two folders, without blank lines. A line that replaces another line counts once. */
export async function changedLines(before: string, after: string): Promise<number> {
  const hunks = (await diff(before, after)).split(/^@@.*$/m).slice(1);
  const count = (hunk: string, sign: RegExp): number =>
    hunk.split('\n').filter((line) => sign.test(line)).length;
  return hunks.reduce(
    (total, hunk) => total + Math.max(count(hunk, /^\+(?!\+\+ ).*\S/), count(hunk, /^-(?!-- ).*\S/)),
    0,
  );
}

async function diff(before: string, after: string): Promise<string> {
  try {
    const { stdout } = await run('git', ['diff', '--no-index', '--no-color', '--unified=0', before, after]);
    return stdout;
  } catch (error) {
    // Exit code 1 means that the folders differ.
    const { code, stdout } = error as { code: number; stdout: string };
    if (code !== 1) throw error;
    return stdout;
  }
}
