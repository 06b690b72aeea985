// @ts-check
// The packed tarballs, installed into blank hosts that boot, migrate and deliver. `node try-hosts.js [host…]`; builds
// nothing: run `npm run build` before. DATABASE_URL names a server; otherwise one is started for the run.
const { spawnSync } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const { cpSync, mkdtempSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { Client } = require('pg');
const { startPostgres } = require('../../sample-app/src/postgres/start-postgres.js');

const root = join(__dirname, '../..');
const templates = join(__dirname, 'hosts');

/** What each host does once the tarballs are installed. */
const STEPS = {
  nest11: ['build', 'migrate', 'start', 'test'],
  nest12: ['build', 'start'],
  express4: ['start'],
  express5: ['start'],
};

/** Steps whose output is worth reading although they pass; `migrate` prints every statement. */
const LOUD = new Set(['start', 'test']);

async function main(/** @type {string[]} */ chosen) {
  const hosts = /** @type {(keyof typeof STEPS)[]} */ (chosen.length > 0 ? chosen : Object.keys(STEPS));
  const away = mkdtempSync(join(tmpdir(), 'webhooks-hosts-'));
  const server = process.env.DATABASE_URL ? null : await startPostgres({ durable: false });
  const url = server?.url ?? /** @type {string} */ (process.env.DATABASE_URL);
  try {
    const tarballs = pack(away);
    for (const host of hosts) await tryHost(host, join(away, host), tarballs, url);
  } finally {
    await server?.stop();
    rmSync(away, { recursive: true, force: true });
  }
}

/** The builds that lie there, packed as they would be published. */
function pack(/** @type {string} */ away) {
  for (const library of ['webhooks', 'receiver'])
    run(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', away],
      join(root, 'libs', library),
    );
  return readdirSync(away).map((file) => join(away, file));
}

/**
 * @param {keyof typeof STEPS} host
 * @param {string} folder
 * @param {string[]} tarballs
 * @param {string} serverUrl
 */
async function tryHost(host, folder, tarballs, serverUrl) {
  // Both Express hosts have the same code.
  if (host.startsWith('express')) cpSync(join(templates, 'express'), folder, { recursive: true });
  cpSync(join(templates, host), folder, {
    recursive: true,
    filter: (path) => !/[\\/](dist|node_modules)$/.test(path),
  });
  say(host, 'npm install');
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs], folder);
  say(host, "import and require find the same names, peers are the host's");
  cpSync(join(__dirname, 'installed.cjs'), join(folder, 'installed.cjs'));
  run(process.execPath, ['installed.cjs'], folder);
  await withDatabase(serverUrl, async (databaseUrl) => {
    for (const step of STEPS[host]) {
      say(host, `npm run ${step}`);
      const said = run('npm', ['run', '--silent', step], folder, { DATABASE_URL: databaseUrl });
      if (LOUD.has(step)) process.stdout.write(said);
    }
  });
}

/**
 * @param {string} serverUrl
 * @param {(url: string) => Promise<void>} work
 */
async function withDatabase(serverUrl, work) {
  const name = `host_${randomUUID().replaceAll('-', '')}`;
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    await work(url.href);
    await client.query(`drop database ${name} with (force)`);
  } finally {
    await client.end();
  }
}

/**
 * Answers what the command printed; throws with it where the command fails.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
function run(file, args, cwd, env) {
  const done = spawnSync(file, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  });
  const said = `${done.stdout}${done.stderr}`;
  if (done.status === 0) return said;
  const end = done.error?.message ?? done.signal ?? `exit code ${done.status}`;
  throw new Error(`${said}\n${file} ${args.join(' ')} failed in ${cwd}: ${end}`);
}

function say(/** @type {string} */ host, /** @type {string} */ what) {
  console.log(`-- ${host}: ${what}`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
