// @ts-check
// Tries the packed tarballs in two apps of one repository. With npm, both apps have the same majors of Nest and TypeORM,
// because npm hoists one copy of each package. With pnpm, the apps have different majors.
const assert = require('node:assert/strict');
const { cpSync, mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { CELLS, packageOf, tryCell, typeOf } = require('./cells.js');
const { run } = require('./support/commands.js');
const { nodeOf } = require('./support/node-binaries.js');

/** The cell of each app, by package manager. A cell sets the app's versions and its module system. */
const APPS = {
  npm: { api: CELLS[3], worker: CELLS[4] },
  pnpm: { api: CELLS[0], worker: CELLS[3] },
};

/** @type {Record<keyof typeof APPS, (root: string) => Promise<unknown>>} */
const INSTALL = {
  npm: (cwd) =>
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd }),
  async pnpm(cwd) {
    const node = await nodeOf(24);
    writeFileSync(join(cwd, 'pnpm-workspace.yaml'), "packages: ['apps/*']\n");
    const options = ['--store-dir', join(cwd, '.store'), '--no-frozen-lockfile'];
    return run('npx', ['--yes', 'pnpm@10', 'install', ...options], { cwd, node });
  },
};

/**
 * @param {keyof typeof APPS} manager
 * @param {import('./templates.js').Journey} journey
 */
async function tryMonorepo(manager, { protocol, away, tarballs, databases }) {
  const root = join(away, `${manager}-workspaces`);
  const ours = Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]));
  mkdirSync(join(root, 'apps'), { recursive: true });
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'monorepo', private: true, workspaces: ['apps/*'] }),
  );
  for (const [name, cell] of Object.entries(APPS[manager])) {
    assert.ok(cell);
    const { dependencies, ...manifest } = packageOf(cell);
    const app = { ...manifest, name, type: typeOf(cell), dependencies: { ...dependencies, ...ours } };
    mkdirSync(join(root, 'apps', name));
    writeFileSync(join(root, 'apps', name, 'package.json'), JSON.stringify(app));
  }
  await protocol.step(`${manager} install`, () => INSTALL[manager](root));
  for (const [name, cell] of Object.entries(APPS[manager])) {
    assert.ok(cell);
    const cwd = join(root, 'apps', name);
    cpSync(join(__dirname, 'installed.cjs'), join(cwd, 'installed.cjs'));
    await protocol.step(`${name}: peers are the app's own`, () =>
      run(process.execPath, ['installed.cjs'], { cwd }),
    );
    await tryCell(cell, cwd, { protocol, databases });
  }
}

/** @type {Record<string, (journey: import('./templates.js').Journey) => Promise<void>>} */
const monorepos = Object.fromEntries(
  /** @type {(keyof typeof APPS)[]} */ (['npm', 'pnpm']).map((manager) => [
    `${manager}-workspaces`,
    (journey) => tryMonorepo(manager, journey),
  ]),
);

module.exports = { monorepos };
