// @ts-check
const { execFile } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { promisify } = require('node:util');

const run = promisify(execFile);
const { version } = require('typescript/package.json');
const compiler = require.resolve('typescript/bin/tsc');

/** Written last, deleted first: an output folder without it holds an unfinished build. */
const STAMP = '.build-stamp';
/** What the compiler remembers of its last run. */
const BUILD_INFO = '.tsbuildinfo';

/**
 * @typedef {object} Project
 * @property {string} config path of its tsconfig
 * @property {string} sources folder of its sources
 * @property {string} output folder of its output, which holds nothing else
 * @property {string[]} [inputs] other files that decide the output: configurations, lock files
 */

/**
 * Compiles a TypeScript project if anything has changed since its last complete build.
 * Afterwards the output folder holds the output of the present sources and nothing else.
 *
 * @param {Project} project
 * @param {string[]} [dependencies] stamps of the projects that this one imports
 * @returns {Promise<{ stamp: string, isBuilt: boolean }>} `isBuilt` is false if nothing had to be done
 * @throws {Error} if it does not compile; the message is the compiler's
 */
async function buildProject({ config, sources, output, inputs = [] }, dependencies = []) {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.spec)\.[jt]s$/.test(file))
    .toSorted();
  const configuration = hashOf([config, ...inputs], []);
  const content = hashOf(
    files.map((file) => join(sources, file)),
    dependencies,
  );
  const stamp = `${configuration} ${content}`;
  const stampFile = join(output, STAMP);
  const last = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (last === stamp) return { stamp, isBuilt: false };

  // The compiler compares sources with what it remembers, not with its output. After an interrupted build
  // the two may differ, and another configuration may make other files: both start from an empty folder.
  rmSync(stampFile, { force: true });
  if (!last.startsWith(configuration)) rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  await compile(config, join(output, BUILD_INFO));
  deleteOrphans(output, files);
  writeFileSync(stampFile, stamp);
  return { stamp, isBuilt: true };
}

/**
 * @param {string[]} files paths
 * @param {string[]} values
 */
function hashOf(files, values) {
  const hash = createHash('sha256').update(JSON.stringify([version, ...values]));
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(JSON.stringify([file, content.length])).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} config
 * @param {string} buildInfo
 */
async function compile(config, buildInfo) {
  const options = ['--project', config, '--incremental', '--tsBuildInfoFile', buildInfo, '--pretty'];
  await run(process.execPath, [compiler, ...options]).catch(({ stdout, message }) => {
    throw new Error(stdout || message);
  });
}

/**
 * Deletes the output of sources that were removed or renamed.
 *
 * @param {string} output
 * @param {string[]} files the sources
 */
function deleteOrphans(output, files) {
  const names = new Set(files.map((file) => file.replace(/\.[jt]s$/, '')));
  for (const file of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    const [, name] = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(file) ?? [];
    if (name !== undefined && !names.has(name)) rmSync(join(output, file));
  }
}

module.exports = { buildProject };
