// Adds the files that the compiler does not write. Usage: `node build/finish.js cjs|esm`.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const [, , format] = process.argv;
const folder = join(__dirname, '../dist', format);
if (format === 'esm') writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
// Both formats load the same built page: `dist/portal/files.cjs`.
writeFileSync(
  join(folder, 'portal/page/files.cjs'),
  "module.exports = require('../../../portal/files.cjs');\n",
);
