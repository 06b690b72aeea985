// @ts-check
// This file is copied into a host and runs there. It checks that both builds of each package load in plain Node, export the
// same names, and use the host's own copy of their peers.
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

/** Optional peers, by the subpath that needs each of them. A host without the peer can load everything else. */
const BEHIND = {
  './opentelemetry': '@opentelemetry/api',
  './prometheus': 'prom-client',
  './terminus': '@nestjs/terminus',
};

const PEERS = ['typeorm', '@nestjs/common', '@nestjs/core', '@nestjs/typeorm'];

async function main() {
  for (const name of ['nestjs-sms-webhooks', 'nestjs-sms-webhooks-receiver']) {
    const folder = dirname(require.resolve(`${name}/package.json`));
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const subpath of entries(manifest)) {
      const entry = join(name, subpath);
      const peer = name === 'nestjs-sms-webhooks' && BEHIND[/** @type {keyof typeof BEHIND} */ (subpath)];
      if (!peer || hasPackage(peer)) await sameNames(entry);
      else assert.throws(() => require(entry), new RegExp(`Cannot find (module|package) '${peer}'`), entry);
    }
    for (const file of ['LICENSE', 'README.md'])
      assert.ok(existsSync(join(folder, file)), `${name} has no ${file}`);
    noCommonJs(join(folder, 'dist', 'esm'));
    for (const bin of Object.keys(manifest.bin ?? {})) startsWithNpx(bin);
    const fromPackage = createRequire(join(folder, 'dist', 'cjs', 'index.js'));
    for (const peer of PEERS.filter((each) => each in (manifest.peerDependencies ?? {})))
      assert.equal(fromPackage.resolve(peer), require.resolve(peer), `${name} has a ${peer} of its own`);
  }
}

/** Returns all subpaths that can be loaded. */
function entries(/** @type {{ exports: object }} */ { exports }) {
  return Object.keys(exports).filter((key) => key !== './package.json');
}

/** Checks that npx can start a command of the package. */
function startsWithNpx(/** @type {string} */ bin) {
  const { status, stdout } = spawnSync('npx', ['--no-install', bin, '--help'], { encoding: 'utf8' });
  assert.equal(status, 0, bin);
  assert.ok(stdout.startsWith(`Usage: ${bin} `), stdout);
}

/** Returns whether this host has installed the package. */
function hasPackage(/** @type {string} */ name) {
  return existsSync(join(process.cwd(), 'node_modules', name));
}

/** Checks that `import` and `require` find the same names. */
async function sameNames(/** @type {string} */ entry) {
  const required = Object.keys(require(entry)).toSorted();
  const imported = Object.keys(await import(entry)).toSorted();
  assert.deepEqual(
    imported.filter((name) => name !== 'default' && name !== 'module.exports'),
    required,
    entry,
  );
  assert.ok(required.length > 0, `${entry} exports nothing`);
}

/** Checks that no ES module uses `require`, `__dirname`, `__filename` or `module.exports`. */
function noCommonJs(/** @type {string} */ folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) =>
    each.endsWith('.js'),
  )) {
    const code = readFileSync(join(folder, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
    // A method may be named `require`, too.
    assert.doesNotMatch(
      code,
      /(?<![.\w])require\((?![^)]*\) \{)|\b(__dirname|__filename|module\.exports)/,
      file,
    );
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
