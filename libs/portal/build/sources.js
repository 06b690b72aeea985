import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PORTAL = fileURLToPath(new URL('..', import.meta.url));
/** Where the built page is, inside the package that ships it. */
export const OUTPUT = fileURLToPath(new URL('../../webhooks/dist/portal/', import.meta.url));

const FOLDERS = ['src', 'build'];
const FILES = ['index.html', 'vite.config.js', 'package.json'];

/** Returns a hash of the page's source files. The times of the files do not count, because a checkout changes them. */
export function hashSources() {
  const hash = createHash('sha256');
  const nested = FOLDERS.flatMap((folder) =>
    readdirSync(join(PORTAL, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  for (const path of [...nested, ...FILES.map((name) => join(PORTAL, name))].toSorted())
    hash.update(path.slice(PORTAL.length)).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}
