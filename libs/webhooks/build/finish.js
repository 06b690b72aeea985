// Adds what the compiler does not write: `node build/finish.js cjs|esm`.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const [, , format] = process.argv;
const folder = join(__dirname, '../dist', format);
if (format === 'esm') writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
// The built page is one file for both formats, beside them.
writeFileSync(
  join(folder, 'portal/page/files.cjs'),
  "module.exports = require('../../../portal/files.cjs');\n",
);
