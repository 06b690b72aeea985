import { readFile } from 'node:fs/promises';
import { UsageError } from '../usage.error.js';

/** Reads a file, or standard input for `-`. Throws {@link UsageError} if the file cannot be read. */
export async function readBytes(path: string): Promise<Buffer> {
  if (path !== '-')
    return readFile(path).catch((error: NodeJS.ErrnoException) => Promise.reject(named(path, error)));
  if (process.stdin.isTTY) process.stderr.write('Type the body; Ctrl-D ends it.\n');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function named(path: string, { code, message }: NodeJS.ErrnoException): UsageError {
  if (code === 'ENOENT') return new UsageError(`There is no file "${path}".`);
  if (code === 'EISDIR') return new UsageError(`"${path}" is a folder. Name a file in it.`);
  return new UsageError(`"${path}" cannot be read: ${message}.`);
}
