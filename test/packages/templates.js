// @ts-check
// Follows the README from an empty folder to a verified webhook, in plain Express and in apps that the CLIs of Nest 11 and
// 12 create.
const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Client } = require('pg');
const { accepting, freePort } = require('./support/ports.js');
const { Program, run } = require('./support/commands.js');
const { nodeOf } = require('./support/node-binaries.js');
const { countLines, installArguments, snippet } = require('./support/readme.js');

const NPM = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * @typedef {object} Journey
 * @property {InstanceType<typeof import('./support/protocol.js').Protocol>} protocol
 * @property {string} away folder for the apps, outside the repository
 * @property {import('./support/tarballs.js').Tarballs} tarballs
 * @property {InstanceType<typeof import('./support/databases.js').Databases>} databases
 */

/** @type {Record<string, (journey: Journey) => Promise<void>>} */
const templates = {
  'cli-nest11': (journey) => tryNest(journey, { cli: '@nestjs/cli@11', extension: '', variants: true }),
  'cli-nest12': (journey) => tryNest(journey, { cli: '@nestjs/cli@12', extension: '.js', node: 24 }),
  'readme-express': tryExpress,
};

/**
 * @param {Journey} journey
 * @param {{ cli: string, extension: string, node?: 24, variants?: boolean }} template
 */
async function tryNest({ protocol, away, tarballs, databases }, { cli, extension, node: major, variants }) {
  const node = major && (await nodeOf(major));
  if (major && !node)
    return console.log(`-- ${protocol.host}: skipped, needs a Node ${major} for this system`);
  const app = `${protocol.host}-app`;
  const cwd = join(away, app);
  const write = (/** @type {string} */ file, /** @type {string} */ code) =>
    writeFileSync(join(cwd, file), code);
  const inTemplate = (/** @type {string} */ file) =>
    readFileSync(join(__dirname, 'templates', file), 'utf8').replaceAll(
      /(from '\.[^']*)'/g,
      `$1${extension}'`,
    );

  await protocol.step(`npx ${cli} new ${app}`, () =>
    run('npx', ['--yes', cli, 'new', app, '--package-manager=npm', '--skip-git', '--skip-install'], {
      cwd: away,
      node,
    }),
  );
  const names = installArguments(major ? /Nest 12/ : /Nest 11/, tarballs);
  await protocol.step(
    'npm install, with the line of the README',
    () => run('npm', [...names, tarballs['nestjs-sms-webhooks-receiver'], ...NPM], { cwd, node }),
    1,
  );
  for (const file of ['webhooks.ts', 'message-status.ts', 'receive.ts']) {
    const code = snippet(file);
    await protocol.step(`paste ${file}`, () => write(join('src', file), code), countLines(code));
  }
  await protocol.step(
    'add the snippets to the AppModule',
    () => mount(join(cwd, 'src/app.module.ts'), extension),
    4,
  );
  write('src/carrier.controller.ts', inTemplate('carrier.controller.ts'));
  write('test/webhooks.e2e-spec.ts', inTemplate('webhooks.e2e-spec.ts'));
  if (variants) write('src/variants.ts', inTemplate('variants.ts'));
  await protocol.step('npm run build', () => run('npm', ['run', '--silent', 'build'], { cwd, node }));

  await databases.with(async (url) => {
    const env = { DATABASE_URL: url, WEBHOOKS_KEY: randomBytes(32).toString('base64') };
    await deliver(protocol, {
      command: { cwd, node, env },
      main: 'dist/main.js',
      receiver: 'dist/receive.js',
      isReady: /successfully started/,
      path: '/webhooks',
      report: '/carrier/reports',
    });
    await protocol.step('npm test', () => run('npm', ['test', '--silent'], { cwd, node, env }));
    await protocol.step('npm run test:e2e', () =>
      run('npm', ['run', '--silent', 'test:e2e'], { cwd, node, env }),
    );
    if (!variants) return;
    await databases.with(async (empty) => {
      const said = await protocol.step(
        'variants: metadata guard, path of another route, migrations at bootstrap',
        () =>
          run(process.execPath, ['dist/variants.js'], { cwd, env: { ...env, EMPTY_DATABASE_URL: empty } }),
      );
      process.stdout.write(said);
    });
  });
}

/**
 * Adds to the AppModule what the README says, and the host's own controller.
 *
 * @param {string} file
 * @param {string} extension
 */
function mount(file, extension) {
  const before = readFileSync(file, 'utf8');
  const code = before
    .replace('imports: []', 'imports: [database, webhooks]')
    .replace('controllers: [', 'controllers: [CarrierController, ')
    .replace('providers: [', 'providers: [MessageStatus, ');
  assert.match(code, /\[database, webhooks\][^]*CarrierController[^]*MessageStatus/);
  const imports = [
    `import { CarrierController } from './carrier.controller${extension}';`,
    `import { MessageStatus } from './message-status${extension}';`,
    `import { database, webhooks } from './webhooks${extension}';`,
  ];
  writeFileSync(file, `${imports.join('\n')}\n${code}`);
}

/** @param {Journey} journey */
async function tryExpress({ protocol, away, tarballs, databases }) {
  const node = await nodeOf(24);
  if (!node) return console.log(`-- ${protocol.host}: skipped, needs a Node 24 for this system`);
  const cwd = join(away, 'express-app');
  mkdirSync(cwd);
  const names = installArguments(/Express/, tarballs);
  await protocol.step(
    'npm install, with the line of the README',
    () => run('npm', [...names, tarballs['nestjs-sms-webhooks-receiver'], ...NPM], { cwd, node }),
    1,
  );
  for (const file of ['express-main.ts', 'receive.ts']) {
    const code = snippet(file);
    await protocol.step(`paste ${file}`, () => writeFileSync(join(cwd, file), code), countLines(code));
  }
  await databases.with(async (url) => {
    const env = { DATABASE_URL: url, WEBHOOKS_KEY: randomBytes(32).toString('base64') };
    await deliver(protocol, {
      command: { cwd, node, env },
      main: 'express-main.ts',
      receiver: 'receive.ts',
      isReady: /Listening/,
      path: '/api/webhooks',
      report: '/api/reports/m1',
    });
  });
}

/**
 * Starts the app, registers an endpoint, publishes, and waits until the receiver has verified the webhook.
 *
 * @param {InstanceType<typeof import('./support/protocol.js').Protocol>} protocol
 * @param {{ command: import('./support/commands.js').CommandOptions, main: string, receiver: string, isReady: RegExp, path: string, report: string }} how
 */
async function deliver(protocol, { command, main, receiver, isReady, path, report }) {
  const client = new Client({ connectionString: command.env?.DATABASE_URL });
  await client.connect();
  await client.query(`create table messages (id text primary key, status text not null)`);
  await client.end();
  const port = await freePort();
  const receiverPort = await freePort();
  const withPort = (/** @type {number} */ each) => ({
    ...command,
    env: { ...command.env, PORT: String(each) },
  });
  const call = async (/** @type {string} */ to, /** @type {object} */ body, key = 'key-a') => {
    const headers = { 'content-type': 'application/json', ...(key && { 'x-api-key': key }) };
    return fetch(`http://localhost:${port}${to}`, { method: 'POST', headers, body: JSON.stringify(body) });
  };

  const app = new Program(main, withPort(port));
  try {
    await protocol.step('start the app', async () => {
      await app.says(isReady);
      // Nest prints the line before it accepts connections.
      await accepting(port);
    });
    await protocol.step('call the app without credentials: 401', async () =>
      assert.equal((await call(path, {}, '')).status, 401),
    );
    const secret = await protocol.step('register an endpoint', async () => {
      const response = await call(path, {
        url: `http://localhost:${receiverPort}/hooks`,
        events: ['message.*'],
      });
      const text = await response.text();
      assert.equal(response.status, 201, text);
      return JSON.parse(text).secret;
    });
    const { env } = withPort(receiverPort);
    const receiving = new Program(receiver, { ...command, env: { ...env, WEBHOOK_SECRET: secret } });
    try {
      await protocol.step('start the receiver', () => receiving.says(/Listening/));
      await protocol.step('publish, and see the webhook verified', async () => {
        const response = await call(report, {});
        assert.ok(response.ok, `${response.status} ${await response.text()}\n${app.output}`);
        await receiving.says(/message\.delivered/);
      });
    } finally {
      await receiving.stop();
    }
    await protocol.step('stop the app', async () => assert.equal(await app.stop(), 'SIGTERM'));
  } catch (error) {
    throw new Error(`${app.output}\n${/** @type {Error} */ (error).message}`, { cause: error });
  } finally {
    await app.stop();
  }
}

module.exports = { templates };
