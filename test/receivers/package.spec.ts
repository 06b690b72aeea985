import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { bodyOf, requestOf, secretOf } from './signed-request.js';

const root = join(__dirname, '../..');
// Builds and packs a copy, so that other builds and runs in the workspace are not affected.
const away = mkdtempSync(join(tmpdir(), 'receiver-package-'));
const app = join(away, 'app');
const installed = join(app, 'node_modules', 'nestjs-sms-webhooks-receiver');
const tarball = join(away, 'package.tgz');
const run = (file: string, args: string[], cwd: string): string =>
  execFileSync(file, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] }).toString();

jest.setTimeout(120_000);

beforeAll(() => {
  const library = join(away, 'libs', 'receiver');
  cpSync(join(root, 'libs', 'receiver'), library, {
    recursive: true,
    filter: (path) => !path.endsWith(`${sep}dist`) && !path.endsWith(`${sep}node_modules`),
  });
  cpSync(join(root, 'tsconfig.json'), join(away, 'tsconfig.json'));
  symlinkSync(join(root, 'node_modules'), join(away, 'node_modules'), 'junction');
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--silent', '--pack-destination', away], library),
  );
  cpSync(join(away, packed.filename), tarball);
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1'], away);
});

afterAll(() => rmSync(away, { recursive: true, force: true }));

const request = requestOf.msgine(bodyOf.msgine, secretOf.msgine);
const options = JSON.stringify({ profile: 'msgine', ...request, secrets: secretOf.msgine });

/** Code that verifies a good and a bad request, and prints the results and the exports of each entry point. */
const program = (verifyWebhook: string, names: string): string => `
  const options = ${options};
  const { id } = ${verifyWebhook}(options);
  let reason;
  try { ${verifyWebhook}({ ...options, body: options.body + ' ' }); } catch (error) { reason = error.reason; }
  console.log(JSON.stringify({ id, reason, names: ${names} }));
`;

const expected = {
  id: 'msg_1234567890:message.delivered',
  reason: 'signature-mismatch',
  names: [
    [
      'DEDUPE_LEASE_MS',
      'DEDUPE_TTL_MS',
      'MemoryDedupeStore',
      'WebhookInProgressError',
      'WebhookRefusedError',
      'handleOnce',
      'verifyWebhook',
    ],
    ['ReceivedWebhook', 'WebhookGuard', 'WebhookInProgressFilter', 'WebhookPayload', 'webhookGuard'],
    ['TypeOrmDedupeStore', 'WebhookReceipt', 'webhookReceiptSchema'],
  ],
};

function node(type: 'commonjs' | 'module', code: string): unknown {
  return JSON.parse(run(process.execPath, [`--input-type=${type}`, '--eval', code], app));
}

it('The package can be required', () => {
  const names = `['', '/nest', '/typeorm'].map((path) => Object.keys(require('nestjs-sms-webhooks-receiver' + path)).sort())`;
  const code = program(`require('nestjs-sms-webhooks-receiver').verifyWebhook`, names);
  expect(node('commonjs', code)).toEqual(expected);
});

it('The package can be imported', () => {
  const names = `[root, nest, typeorm].map((entry) => Object.keys(entry).sort())`;
  const code = `
    import * as root from 'nestjs-sms-webhooks-receiver';
    import * as nest from 'nestjs-sms-webhooks-receiver/nest';
    import * as typeorm from 'nestjs-sms-webhooks-receiver/typeorm';
    ${program('root.verifyWebhook', names)}
  `;
  expect(node('module', code)).toEqual(expected);
});

it('The package contains the command, and npx runs it', () => {
  const project = join(away, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', tarball], project);
  writeFileSync(join(project, 'body.json'), request.body);
  const command = (args: string) =>
    run('sh', ['-c', `node_modules/.bin/nestjs-sms-webhooks-receiver ${args}`], project);
  const npx = (args: string) =>
    run('sh', ['-c', `npx --no-install nestjs-sms-webhooks-receiver ${args}`], project);
  const signing = `--profile msgine --secret '${secretOf.msgine}'`;

  command(`sign body.json ${signing} --format headers > headers`);
  expect(readFileSync(join(project, 'headers'), 'utf8')).toContain(request.headers['x-msgine-signature']);
  expect(npx(`verify --headers headers ${signing} < body.json`)).toMatch(
    /^verified, msgine: message.delivered/,
  );
  expect(() => npx(`verify --headers headers --secret other < body.json`)).toThrow('Command failed');
  expect(command('--help')).toContain('listen');
});

it('The package imports only its own files and Node, except in its subpaths', () => {
  for (const file of files(join(installed, 'dist')).filter((name) => !/[\\/](nest|typeorm)[\\/]/.test(name)))
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from |require\()["']([^"']+)["']/g))
      expect([file, name]).toEqual([file, expect.stringMatching(/^(\.{1,2}\/|node:)/)]);
});

it('The package has no dependencies, and its peer dependencies are optional', () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(manifest.dependencies).toBeUndefined();
  for (const peer of Object.keys(manifest.peerDependencies))
    expect(manifest.peerDependenciesMeta[peer]).toEqual({ optional: true });
});

it('The package contains its builds, README.md and LICENSE, and no tests', () => {
  const shipped = files(installed).map((file) => file.slice(installed.length + 1));
  expect(shipped).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
  expect(shipped.filter((file) => !file.startsWith(`dist${sep}`))).toHaveLength(3);
  expect(shipped.filter((file) => file.includes('.spec.'))).toEqual([]);
});

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
