import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { optionPaths } from '../../libs/webhooks/src/config/option.js';
import { PortalOptions } from '../../libs/webhooks/src/config/portal-options.js';
import { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import { WebhooksModuleStructure } from '../../libs/webhooks/src/config/structure-options.js';
import { startBackend } from '../support/sample-app.js';

const run = promisify(execFile);
const root = resolve(__dirname, '../..');

interface Block {
  language: string;
  /** After the language: `file=name`. */
  file: string | null;
  text: string;
}

function blocksOf(file: string): Block[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w*)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language, name, content]) => ({ language: language!, file: name ?? null, text: content! }),
  );
}

/** What the blocks import from a host that the README does not show. */
const HOST: Record<string, string> = {
  'accounts.module.ts': `
    import { Module } from '@nestjs/common';
    @Module({})
    export class AccountsModule {}`,
  'app.module.ts': `
    import { Module } from '@nestjs/common';
    import { MessageStatus } from './message-status.js';
    import { database, webhooks } from './webhooks.js';
    @Module({ imports: [database, webhooks], providers: [MessageStatus] })
    export class AppModule {}`,
  'config.module.ts': `
    import { Module } from '@nestjs/common';
    export class Config { get(name: string): string { return process.env[name] ?? ''; } }
    @Module({ providers: [Config], exports: [Config] })
    export class ConfigModule {}`,
  'api-key.guard.ts': `
    import type { CanActivate } from '@nestjs/common';
    export interface AccountRequest { account: { id: string } }
    export class ApiKeyGuard implements CanActivate {
      canActivate(): boolean { return true; }
    }`,
  'data-source.ts': `
    import { DataSource } from 'typeorm';
    export const dataSource = new DataSource({ type: 'postgres' });`,
  'message.entity.ts': `
    import { Column, Entity, PrimaryColumn } from 'typeorm';
    @Entity()
    export class Message {
      @PrimaryColumn({ type: 'varchar' }) id: string;
      @Column({ type: 'varchar' }) accountId: string;
      @Column({ type: 'varchar' }) from: string;
      @Column({ type: 'varchar' }) to: string;
      @Column({ type: 'varchar' }) status: string;
    }`,
};

/** Pages that share one host with a README: that README and others. */
const PAGES: Record<string, string[]> = {
  'README.md': [
    'docs/setup.md',
    'docs/publishing.md',
    'docs/capture.md',
    'docs/testing.md',
    'docs/express.md',
    'docs/openapi.md',
    'docs/portal.md',
    'docs/observability.md',
  ],
  'libs/webhooks/README.md': [],
};

describe('The READMEs', () => {
  it.each(Object.keys(PAGES))('%s has only blocks that this file compiles or runs', (readme) => {
    const kinds = blocksOf(readme).map(({ language, file, text }) =>
      language === 'ts' && file
        ? 'compiled'
        : language === 'sh' && /^(curl|npm install)/.test(text)
          ? 'run'
          : text,
    );
    expect(new Set(kinds)).toEqual(new Set(['compiled', 'run']));
  });

  it('compile: every TypeScript block that names its file is a file of one host', async () => {
    const directory = mkdtempSync(join(root, 'test/readme/.host-'));
    try {
      for (const [readme, pages] of Object.entries(PAGES)) {
        const files = [readme, ...pages]
          .flatMap(blocksOf)
          .filter(({ language, file }) => language === 'ts' && file)
          .map(({ file, text }) => [file!, text] as const);
        for (const [file, text] of [...Object.entries(HOST), ...files]) {
          const path = join(directory, dirname(readme), file);
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, text);
        }
      }
      const up = '../../..';
      writeFileSync(
        join(directory, 'tsconfig.json'),
        JSON.stringify({
          extends: `${up}/tsconfig.json`,
          compilerOptions: {
            noEmit: true,
            rootDir: up,
            types: ['node'],
            paths: {
              'nestjs-sms-webhooks': [`${up}/libs/webhooks/src`],
              'nestjs-sms-webhooks/express': [`${up}/libs/webhooks/src/express`],
              'nestjs-sms-webhooks/openapi': [`${up}/libs/webhooks/src/openapi`],
              'nestjs-sms-webhooks/opentelemetry': [`${up}/libs/webhooks/src/opentelemetry`],
              'nestjs-sms-webhooks/prometheus': [`${up}/libs/webhooks/src/prometheus`],
              'nestjs-sms-webhooks/terminus': [`${up}/libs/webhooks/src/terminus`],
              'nestjs-sms-webhooks/testing': [`${up}/libs/webhooks/src/testing`],
              'nestjs-sms-webhooks/profiles': [`${up}/libs/webhooks/src/profiles`],
              'nestjs-sms-webhooks/schema': [`${up}/libs/webhooks/src/store/schema`],
              'nestjs-sms-webhooks-receiver': [`${up}/libs/receiver/src`],
            },
          },
          include: ['**/*.ts'],
          exclude: [],
        }),
      );
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const { stdout } = await run(process.execPath, [tsc, '-p', directory]).catch(
        (error) => error as { stdout: string },
      );
      expect(stdout).toBe('');
    } finally {
      rmSync(directory, { recursive: true });
    }
  }, 120_000);
});

describe('The README', () => {
  const blocks = blocksOf('README.md');

  it('runs: every curl command succeeds against the sample', async () => {
    const backend = await startBackend();
    try {
      const commands = blocks
        .filter(({ language, text }) => language === 'sh' && text.startsWith('curl'))
        .flatMap(({ text }) => text.replaceAll('\\\n', ' ').trim().split('\n'));
      expect(commands.length).toBeGreaterThan(2);
      for (const command of commands) {
        const local = command
          .replace('http://127.0.0.1:3000/api/v1', backend.url)
          .replace(/^curl /, 'curl --silent --fail-with-body ');
        const { stdout } = await run('bash', ['-c', local]);
        expect(JSON.parse(stdout)).toEqual(expect.any(Object));
      }
    } finally {
      await backend.close();
    }
  });

  it('has a row for every option, in its group, and for no other', () => {
    const [, section] = readFileSync(join(root, 'README.md'), 'utf8').split('## Options');
    const rows = section!
      .split('\n## ')[0]!
      .split('\n')
      .filter((line) => line.startsWith('| '));
    let prefix = '';
    const paths: string[] = [];
    for (const row of rows) {
      const first = row.split('|')[1]!;
      const names = [...first.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
      if (first.includes('**')) prefix = `${names[0]}.`;
      else paths.push(...names.map((name) => prefix + name));
    }
    const values = optionPaths(WebhooksModuleOptions);
    const inGroups = values.filter((path) => !values.some((other) => other.startsWith(`${path}.`)));
    const expected = [...optionPaths(WebhooksModuleStructure), ...inGroups, 'encryption'].filter(
      // Those of the page are in docs/portal.md.
      (path) => !path.startsWith('encryption.') && !path.startsWith('portal.'),
    );
    expect(paths.toSorted()).toEqual(expected.toSorted());
  });

  it('leads to a page that has a row for every option of the webhooks page', () => {
    const [, section] = readFileSync(join(root, 'docs/portal.md'), 'utf8').split('## Options');
    const rows = section!.split('\n## ')[0]!.matchAll(/^\| (`.*?) +\|/gm);
    const named = [...rows].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!),
    );
    expect(named.toSorted()).toEqual(
      optionPaths(PortalOptions)
        .filter((path) => path !== 'brand' && path !== 'show')
        .toSorted(),
    );
  });

  it('names scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts).toMatchObject({ start: expect.any(String), test: expect.any(String) });
  });
});
