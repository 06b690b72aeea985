// @ts-check
// The packed tarballs, installed into blank hosts that boot, migrate and deliver. `node try-hosts.js [host…]`; builds
// nothing: run `npm run build` before. DATABASE_URL names a server; otherwise one is started for the run.
const { execFile } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const { cpSync, mkdtempSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { promisify } = require('node:util');
const { Client } = require('pg');
const { startPostgres } = require('../../sample-app/src/postgres/start-postgres.js');

const root = join(__dirname, '../..');
const templates = join(__dirname, 'hosts');

/** What each host does once the tarballs are installed. Express 5 runs as CommonJS and as ES modules, Express 4 as CommonJS. */
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
  /** @type {Promise<unknown>} */
  let installing = Promise.resolve();
  try {
    const tarballs = await pack(away);
    // While a host is tried, the next one is installed: npm mostly waits.
    for (const [index, host] of hosts.entries()) {
      if (index === 0) installing = install(host, away, tarballs);
      await installing;
      const next = hosts[index + 1];
      if (next) installing = install(next, away, tarballs);
      // If that fails, it is reported when its turn comes.
      installing.catch(() => undefined);
      await tryHost(host, join(away, host), url);
    }
  } finally {
    await installing.catch(() => undefined);
    await server?.stop();
    rmSync(away, { recursive: true, force: true });
  }
}

/** The builds that lie there, packed as they would be published. */
async function pack(/** @type {string} */ away) {
  for (const library of ['webhooks', 'receiver'])
    await run(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', away],
      join(root, 'libs', library),
    );
  return readdirSync(away).map((file) => join(away, file));
}

/**
 * @param {keyof typeof STEPS} host
 * @param {string} away
 * @param {string[]} tarballs
 */
async function install(host, away, tarballs) {
  const folder = join(away, host);
  // Both Express hosts have the same code.
  if (host.startsWith('express')) cpSync(join(templates, 'express'), folder, { recursive: true });
  cpSync(join(templates, host), folder, {
    recursive: true,
    filter: (path) => !/[\\/](dist|node_modules)$/.test(path),
  });
  say(host, 'npm install');
  await run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs],
    folder,
  );
}

/**
 * @param {keyof typeof STEPS} host
 * @param {string} folder
 * @param {string} serverUrl
 */
async function tryHost(host, folder, serverUrl) {
  say(host, "import and require find the same names, peers are the host's");
  cpSync(join(__dirname, 'installed.cjs'), join(folder, 'installed.cjs'));
  await run(process.execPath, ['installed.cjs'], folder);
  await withDatabase(serverUrl, async (databaseUrl) => {
    for (const step of STEPS[host]) {
      say(host, `npm run ${step}`);
      const said = await run('npm', ['run', '--silent', step], folder, { DATABASE_URL: databaseUrl });
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
 * @returns {Promise<string>}
 */
async function run(file, args, cwd, env) {
  const running = promisify(execFile)(file, args, {
    cwd,
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 300_000,
  });
  running.child.stdin?.end();
  try {
    const { stdout, stderr } = await running;
    return `${stdout}${stderr}`;
  } catch (error) {
    const { stdout = '', stderr = '', code, signal } = /** @type {any} */ (error);
    const end = signal ?? (typeof code === 'number' ? `exit code ${code}` : code);
    throw new Error(`${stdout}${stderr}\n${file} ${args.join(' ')} failed in ${cwd}: ${end}`, {
      cause: error,
    });
  }
}

function say(/** @type {string} */ host, /** @type {string} */ what) {
  console.log(`-- ${host}: ${what}`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
