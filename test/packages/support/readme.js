// @ts-check
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const text = readFileSync(join(__dirname, '../../../README.md'), 'utf8');

/**
 * A TypeScript block of the README, unchanged.
 *
 * @param {string} file the file name that the block has in the README
 */
function snippet(file) {
  const block = text.split('```ts file=' + file + '\n')[1];
  if (!block) throw new Error(`README.md has no block "file=${file}"`);
  return /** @type {string} */ (block.split('\n```')[0]) + '\n';
}

/**
 * The arguments of an `npm install` line in the README, with tarballs in place of the packages' names.
 *
 * @param {RegExp} pattern matches the comment of the line
 * @param {import('./tarballs.js').Tarballs} tarballs
 * @returns {string[]}
 */
function installArguments(pattern, tarballs) {
  const line = text.split('\n').find((each) => each.startsWith('npm install ') && pattern.test(each));
  if (!line) throw new Error(`README.md has no line "npm install … ${pattern}"`);
  const [, ...words] = /** @type {string} */ (line.split('#')[0]).trim().split(/\s+/);
  return words.map((word) => new Map(Object.entries(tarballs)).get(word) ?? word);
}

/** @param {string} code */
const countLines = (code) => code.split('\n').filter((line) => line.trim() !== '').length;

module.exports = { snippet, installArguments, countLines };
