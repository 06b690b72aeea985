// Checks that docs/api/service.md and docs/api/options.md match the declarations and comments of the build, and that
// each method and each option has a comment. `--update` writes the two documents. Needs a build.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { optionsReference } = require('./reference/options.js');
const { serviceReference } = require('./reference/service.js');

const DOCS = join(__dirname, '../../docs/api');

for (const [name, reference] of [
  ['service.md', serviceReference],
  ['options.md', optionsReference],
]) {
  const file = join(DOCS, name);
  const { text, problems } = reference();
  if (process.argv.includes('--update')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
    fail(`docs/api/${name} does not match the build: run "npm run api:update" and commit the file.`);
  problems.forEach(fail);
}

function fail(problem) {
  console.error(problem);
  process.exitCode = 1;
}
