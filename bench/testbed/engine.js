// The build of the package that is measured.
const { execFileSync } = require('node:child_process');
const { existsSync, readdirSync, statSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

const ROOT = join(__dirname, '../..');
const fromWorkspace = createRequire(join(ROOT, 'package.json'));

/** Folder of the build. `ENGINE_BUILD` names the folder of another build, to compare the two. */
function build() {
  return process.env.ENGINE_BUILD ?? dirname(fromWorkspace.resolve('nestjs-sms-webhooks'));
}

/** Public exports of the build. */
function engine() {
  return require(join(build(), 'index.js'));
}

/**
 * Loads one file of the build, for example a file that is not public.
 *
 * @param {string[]} files path of the file, such as `http/client/create-transport.js`, then its paths in older builds
 */
function requireFromBuild(...files) {
  const file = files.find(buildHas);
  if (!file) throw new Error(`The build in ${build()} has none of these files: ${files.join(', ')}`);
  return require(join(build(), file));
}

/** Whether the build has this file. @param {string} file */
function buildHas(file) {
  return existsSync(join(build(), file));
}

/** Loads a package of the host (Nest, TypeORM, pg): the same copy that the engine uses. @param {string} name */
function hostPackage(name) {
  return fromWorkspace(name);
}

/** Builds the package if its build is missing or older than the source. */
function buildEngine() {
  if (!isStale()) return;
  const options = { cwd: ROOT, stdio: /** @type {const} */ ('inherit') };
  execFileSync('npm', ['run', '--silent', 'build:cjs', '-w', 'nestjs-sms-webhooks'], options);
}

/** Whether the build is missing or older than the source. A build that `ENGINE_BUILD` names is never stale. */
function isStale() {
  if (process.env.ENGINE_BUILD) return false;
  const built = join(ROOT, 'libs/webhooks/dist/cjs/index.js');
  if (!existsSync(built)) return true;
  const { mtimeMs } = statSync(built);
  const source = join(ROOT, 'libs/webhooks/src');
  return readdirSync(source, { recursive: true }).some(
    (file) =>
      file.endsWith('.ts') && !file.endsWith('.spec.ts') && statSync(join(source, file)).mtimeMs > mtimeMs,
  );
}

module.exports = { buildEngine, buildHas, engine, hostPackage, isStale, requireFromBuild, ROOT };
