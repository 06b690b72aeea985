// The package under test, as it is built.
const { execFileSync } = require('node:child_process');
const { existsSync, readdirSync, statSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

const ROOT = join(__dirname, '../..');
const fromWorkspace = createRequire(join(ROOT, 'package.json'));

/** Folder of the build. `ENGINE_BUILD` names another, to compare two. */
function build() {
  return process.env.ENGINE_BUILD ?? dirname(fromWorkspace.resolve('nestjs-sms-webhooks'));
}

/** Its public exports. */
function engine() {
  return require(join(build(), 'index.js'));
}

/**
 * A built file of it that is not public: for the loops that measure one part alone.
 *
 * @param {string[]} files where it is, such as `http/client/create-transport.js`, and where older builds have it
 */
function enginePart(...files) {
  const file = files.find((each) => existsSync(join(build(), each)));
  if (!file) throw new Error(`${build()} has none of ${files.join(', ')}`);
  return require(join(build(), file));
}

/** A package of the host's side (Nest, TypeORM, pg), the very copy the engine uses. @param {string} name */
function hostPackage(name) {
  return fromWorkspace(name);
}

/** Builds the package if it is not there, or older than its source. */
function buildEngine() {
  if (!isStale()) return;
  const options = { cwd: ROOT, stdio: /** @type {const} */ ('inherit') };
  execFileSync('npm', ['run', '--silent', 'build:cjs', '-w', 'nestjs-sms-webhooks'], options);
}

/** The build is not there, or there is newer source. Another build than the package's own is its owner's business. */
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

module.exports = { buildEngine, engine, enginePart, hostPackage, isStale, ROOT };
