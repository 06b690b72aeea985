// Compares docs/openapi.json with the document of the build, and names the differences. If there are no differences,
// checks that docs/api/reference.md is generated from that document. `--update` writes both files. Needs a build.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { apiReference } = require('./api-reference.js');
const { webhooksOpenApi } = require('../../libs/webhooks/dist/cjs/openapi/index.js');

const FILE = join(__dirname, '../../docs/openapi.json');
const REFERENCE = join(__dirname, '../../docs/api/reference.md');
const MAX_NAMED = 40;

/** Every value of a document by its place, such as `paths./webhooks.get.summary`. */
function valuesOf(part, place = '', found = new Map()) {
  if (typeof part !== 'object' || part === null) return found.set(place, JSON.stringify(part));
  for (const [name, value] of Object.entries(part)) valuesOf(value, place ? `${place}.${name}` : name, found);
  return found;
}

function differences(before, after) {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((place) => old.get(place) !== now.get(place))
    .map((place) => `  ${place}: ${old.get(place) ?? 'nothing'} → ${now.get(place) ?? 'nothing'}`);
}

const document = webhooksOpenApi({ compat: ['httpsms', 'mobile-text-alerts'] });
const text = `${JSON.stringify(document, null, 2)}\n`;
if (process.argv.includes('--update')) {
  writeFileSync(FILE, text);
  writeFileSync(REFERENCE, apiReference(document));
} else {
  const found = differences(JSON.parse(readFileSync(FILE, 'utf8')), JSON.parse(text));
  if (found.length > 0) {
    console.error('docs/openapi.json does not match the build:');
    for (const line of found.slice(0, MAX_NAMED)) console.error(line);
    if (found.length > MAX_NAMED) console.error(`  and ${found.length - MAX_NAMED} more`);
    console.error('If you intended the changes, run "npm run api:update" and commit the changed files.');
    process.exitCode = 1;
  } else if (readFileSync(REFERENCE, 'utf8') !== apiReference(document)) {
    console.error(
      'docs/api/reference.md does not match the document: run "npm run api:update" and commit the file.',
    );
    process.exitCode = 1;
  }
}
