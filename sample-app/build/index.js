// @ts-check
// Builds what `npm start` runs: the two packages as CommonJS, then the sample that imports them.
const { join } = require('node:path');
const { buildProject } = require('./build-project.js');

const root = join(__dirname, '../..');
const inputs = [join(root, 'tsconfig.json'), join(root, 'package-lock.json')];

/** @param {string} name */
function library(name) {
  const folder = join(root, 'libs', name);
  return buildProject({
    config: join(folder, 'tsconfig.cjs.json'),
    sources: join(folder, 'src'),
    output: join(folder, 'dist/cjs'),
    inputs: [...inputs, join(folder, 'package.json')],
  });
}

async function main() {
  const libraries = await Promise.all([library('webhooks'), library('receiver')]);
  const sample = {
    config: join(root, 'sample-app/tsconfig.json'),
    sources: join(root, 'sample-app/src'),
    output: join(root, 'dist/sample-app'),
    inputs,
  };
  await buildProject(
    sample,
    libraries.map(({ stamp }) => stamp),
  );
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
