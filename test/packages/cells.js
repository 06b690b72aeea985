// @ts-check
// Tries the packed tarballs in hosts of every supported kind.
const assert = require('node:assert/strict');
const { cpSync, mkdirSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { run } = require('./support/commands.js');
const { nodeOf } = require('./support/node-binaries.js');

/**
 * @typedef {object} Cell
 * @property {11 | 12} nest
 * @property {'0.3' | '1'} typeorm
 * @property {'CommonJS' | 'ESM'} modules
 * @property {'Express' | 'Fastify'} http
 * @property {20 | 22 | 24} node
 */

/** For any two columns, each pair of their values occurs in some row. @type {Cell[]} */
const CELLS = [
  { nest: 11, typeorm: '0.3', modules: 'CommonJS', http: 'Fastify', node: 20 },
  { nest: 11, typeorm: '0.3', modules: 'ESM', http: 'Express', node: 24 },
  { nest: 11, typeorm: '1', modules: 'CommonJS', http: 'Express', node: 22 },
  { nest: 12, typeorm: '1', modules: 'ESM', http: 'Express', node: 20 },
  { nest: 12, typeorm: '1', modules: 'CommonJS', http: 'Fastify', node: 24 },
  { nest: 12, typeorm: '0.3', modules: 'ESM', http: 'Fastify', node: 22 },
];

/** The newest versions of both majors of Nest. */
const NEST = {
  11: { core: '11.2.10', express: '11.2.10', fastify: '11.2.8', typeorm: '11.0.3', validator: '0.14.4' },
  12: { core: '12.5.1', express: '12.5.1', fastify: '12.5.0', typeorm: '12.0.2', validator: '0.15.1' },
};
/** Optional peers. The other installations have no optional peers. */
const OPTIONAL = {
  'nest11-typeorm1': { '@nestjs/terminus': '11.1.1', '@opentelemetry/api': '1.9.0', 'prom-client': '15.1.3' },
  'nest12-typeorm1': { '@nestjs/terminus': '12.1.0', '@opentelemetry/api': '1.9.0', 'prom-client': '15.1.3' },
};
/** The oldest supported 0.3, and the newest 1. */
const TYPEORM = { 0.3: '0.3.26', 1: '1.1.1' };

/** Installations, each for one or two cells. Some also try plain Express. */
const INSTALLATIONS = {
  'nest11-typeorm0.3': { express: '4.22.3', files: ['main.cjs'] },
  'nest12-typeorm1': { express: '5.3.0', files: ['main.cjs', 'main.mjs'] },
  'nest11-typeorm1': null,
  'nest12-typeorm0.3': null,
};

/** @param {Cell} cell */
const installationOf = ({ nest, typeorm }) => `nest${nest}-typeorm${typeorm}`;

/** @param {Cell} cell */
const typeOf = ({ modules }) => (modules === 'ESM' ? 'module' : 'commonjs');

/** Checks that, for any two columns, each pair of their values occurs in some cell. */
function checkPairs() {
  const columns = /** @type {(keyof Cell)[]} */ (Object.keys(/** @type {Cell} */ (CELLS[0])));
  const valuesOf = (/** @type {keyof Cell} */ column) => [...new Set(CELLS.map((cell) => cell[column]))];
  for (const [index, first] of columns.entries())
    for (const second of columns.slice(index + 1))
      for (const a of valuesOf(first))
        for (const b of valuesOf(second))
          assert.ok(
            CELLS.some((cell) => cell[first] === a && cell[second] === b),
            `no cell has ${first} ${a} and ${second} ${b}`,
          );
}

/** The table of docs/tried-with.md. */
function table() {
  const rows = CELLS.map(({ nest, typeorm, modules, http, node }) =>
    [nest, typeorm === '0.3' ? TYPEORM['0.3'] : typeorm, modules, http, node].map(String),
  );
  const header = ['Nest', 'TypeORM', 'modules', 'HTTP', 'Node'];
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => /** @type {string} */ (row[column]).length)),
  );
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(/** @type {number} */ (widths[column]))).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** @param {Cell} cell */
function packageOf({ nest, typeorm }) {
  const versions = NEST[nest];
  const plain = INSTALLATIONS[/** @type {keyof typeof INSTALLATIONS} */ (`nest${nest}-typeorm${typeorm}`)];
  return {
    name: 'host',
    private: true,
    dependencies: {
      '@nestjs/common': versions.core,
      '@nestjs/core': versions.core,
      '@nestjs/platform-express': versions.express,
      '@nestjs/platform-fastify': versions.fastify,
      '@nestjs/typeorm': versions.typeorm,
      'class-transformer': '0.5.1',
      'class-validator': versions.validator,
      ...(plain && { express: plain.express }),
      ...OPTIONAL[/** @type {keyof typeof OPTIONAL} */ (`nest${nest}-typeorm${typeorm}`)],
      pg: '8.23.1',
      'reflect-metadata': '0.2.2',
      rxjs: '7.8.2',
      // Two majors side by side, as in a host that moves to the next one.
      ...(nest === 12 && typeorm === '0.3'
        ? { typeorm: `npm:typeorm@${TYPEORM['0.3']}`, 'typeorm-next': `npm:typeorm@${TYPEORM['1']}` }
        : { typeorm: TYPEORM[typeorm] }),
    },
    devDependencies: { '@types/express': '5.0.3', '@types/node': '20.19.24', typescript: '6.0.3' },
  };
}

/**
 * Installs once, and tries each cell of the installation: compiles, migrates on the command line, starts, delivers.
 *
 * @param {string} name
 * @param {import('./templates.js').Journey} journey
 */
async function tryInstallation(name, { protocol, away, tarballs, databases }) {
  const cells = CELLS.filter((cell) => installationOf(cell) === name);
  const folder = join(away, name);
  mkdirSync(folder);
  const manifest = packageOf(/** @type {Cell} */ (cells[0]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await protocol.step('npm install', () =>
    run('npm', ['install', ...options, ...Object.values(tarballs)], { cwd: folder }),
  );
  cpSync(join(__dirname, 'installed.cjs'), join(folder, 'installed.cjs'));
  await protocol.step("import and require find the same names, and peers are the host's", () =>
    run(process.execPath, ['installed.cjs'], { cwd: folder }),
  );
  for (const cell of cells) {
    const cwd = join(folder, cell.modules.toLowerCase());
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: typeOf(cell) }));
    await tryCell(cell, cwd, { protocol, databases }, cell === cells[0]);
  }
  const plain = INSTALLATIONS[/** @type {keyof typeof INSTALLATIONS} */ (name)];
  if (!plain) return;
  cpSync(join(__dirname, 'hosts/express'), join(folder, 'express'), { recursive: true });
  for (const file of plain.files)
    await protocol.step(`Express ${plain.express}, ${file}`, () =>
      databases.with(async (url) => {
        const env = { DATABASE_URL: url };
        process.stdout.write(await run(process.execPath, [file], { cwd: join(folder, 'express'), env }));
      }),
    );
}

/**
 * @param {Cell} cell
 * @param {string} cwd a folder with a package.json
 * @param {Pick<import('./templates.js').Journey, 'protocol' | 'databases'>} journey
 * @param {boolean} [checksLibraries] whether to check the types of all packages, too
 */
async function tryCell(cell, cwd, { protocol, databases }, checksLibraries = false) {
  const node = await nodeOf(cell.node);
  const name = `${cell.modules}, ${cell.http}, Node ${cell.node}`;
  if (!node) return console.log(`-- ${protocol.host}: skipped ${name}: no such Node for this system`);
  cpSync(join(__dirname, 'hosts/nest'), cwd, {
    recursive: true,
    filter: (path) => !/[\\/](dist|node_modules)$/.test(path),
  });
  const { resolve } = createRequire(join(cwd, 'package.json'));
  const tsc = [resolve('typescript/bin/tsc'), ...(checksLibraries ? [] : ['--skipLibCheck'])];
  const typeorm = join(dirname(resolve('typeorm')), 'cli.js');
  await databases.with(async (url) => {
    const command = { cwd, node, env: { DATABASE_URL: url, HTTP: cell.http } };
    await protocol.step(`${name}: compile, migrate`, async () => {
      await run(node, tsc, command);
      await run(node, [typeorm, 'migration:run', '-d', 'dist/data-source.js'], command);
    });
    await protocol.step(`${name}: start, register, publish, verify`, async () =>
      process.stdout.write(await run(node, ['dist/main.js'], command)),
    );
  });
}

checkPairs();

/** @type {Record<string, (journey: import('./templates.js').Journey) => Promise<void>>} */
const installations = Object.fromEntries(
  Object.keys(INSTALLATIONS).map((name) => [name, (journey) => tryInstallation(name, journey)]),
);

module.exports = { CELLS, installations, packageOf, table, tryCell, typeOf };
