// Checks the size of files and folders in the libraries' sources. `npm run lint:rooms` runs this script.
const { readdirSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const MAX_LINES = 250;
const MAX_MEDIAN_LINES = 70;
const MAX_FILES_IN_FOLDER = 14;

const files = ['libs/webhooks/src', 'libs/receiver/src', 'libs/portal/src']
  .flatMap((root) => readdirSync(root, { recursive: true }).map((path) => join(root, path)))
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.spec.ts') && !path.includes('/migrations/'));
const lines = new Map(files.map((path) => [path, readFileSync(path, 'utf8').split('\n').length - 1]));
const folders = new Set(files.map(dirname));
const median = [...lines.values()].toSorted((a, b) => a - b)[lines.size >> 1];

const problems = [
  ...[...lines]
    .filter(([, count]) => count > MAX_LINES)
    .map(([path, count]) => `${path} has ${count} lines; split it (at most ${MAX_LINES})`),
  ...[...folders]
    .map((folder) => ({ folder, count: files.filter((path) => dirname(path) === folder).length }))
    .filter(({ count }) => count > MAX_FILES_IN_FOLDER)
    .map(({ folder, count }) => `${folder} has ${count} files; divide it (at most ${MAX_FILES_IN_FOLDER})`),
  ...(median > MAX_MEDIAN_LINES ? [`The median file has ${median} lines (at most ${MAX_MEDIAN_LINES})`] : []),
];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
