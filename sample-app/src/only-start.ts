import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Who runs in this folder. */
interface Running {
  pid: number;
  url: string;
}

/**
 * Writes a note to `file`: this process runs the sample in this folder. A second process would share the database and take
 * over the demo's webhooks.
 *
 * @param url of this process, for the error that the next process gets
 * @returns a function that removes the note
 * @throws Error if the note is of another process that still exists
 */
export function claimFolder(file: string, url: string): () => void {
  const other = readNote(file);
  if (other && other.pid !== process.pid && isAlive(other.pid)) {
    throw new Error(
      `The sample already runs in this folder: ${other.url}, process ${other.pid}. Use it there, or stop that process with Ctrl-C in its terminal. ` +
        `If process ${other.pid} is another program, delete ${file} and start again.`,
    );
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ pid: process.pid, url } satisfies Running));
  return () => rmSync(file, { force: true });
}

function readNote(file: string): Running | null {
  try {
    const note = JSON.parse(readFileSync(file, 'utf8')) as Partial<Running>;
    return typeof note.pid === 'number' ? { pid: note.pid, url: String(note.url) } : null;
  } catch {
    return null; // There is no note, or a process was killed while it wrote one.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
