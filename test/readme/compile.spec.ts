import { dirname, join } from 'node:path';
import ts from 'typescript';
import { blocksOf, PAGES } from './blocks.js';

const root = join(__dirname, '../..');

/** Files that the blocks import. If a page shows a file of the same name, the page's file is compiled instead. */
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

/** The start of a host's file. The statements to compile follow it. */
const FILE = `
import type { EntityManager } from 'typeorm';
import { messageEvent, WebhooksModule, type PublishedEvent, type WebhookEventInput, type WebhooksService } from 'nestjs-sms-webhooks';

declare module 'nestjs-sms-webhooks' {
  interface WebhookEventMap {
    'invoice.paid': { invoice: { cents: number } };
  }
}

declare const tx: EntityManager;
declare const webhooks: WebhooksService;
declare const row: { status: string; direction: string };
declare const anyEvents: WebhookEventInput[];
class Guard { canActivate() { return true; } }
const message = { id: 'm1', direction: 'out', from: 'ACME', to: '+15550100' } as const;
const guards = [Guard];
`;

const ACCEPTED = [
  `const one: Promise<PublishedEvent> = webhooks.publish(tx, { type: 'message.sent', tenantId: 'a', data: { message } });`,
  `const built: Promise<PublishedEvent> = webhooks.publish(tx, messageEvent('message.sent', { tenantId: 'a', message }));`,
  `const any: Promise<PublishedEvent> = webhooks.publish(tx, anyEvents[0]!);`,
  `const list: Promise<PublishedEvent[]> = webhooks.publish(tx, anyEvents);`,
  `const mixed: Promise<PublishedEvent[]> = webhooks.publish(tx, [
     { type: 'message.sent', tenantId: 'a', data: { message } },
     { type: 'invoice.paid', tenantId: 'a', data: { invoice: { cents: 1 } } },
   ]);`,
  `const own: Promise<PublishedEvent> = webhooks.publish(tx, { type: 'invoice.paid', tenantId: 'a', data: { invoice: { cents: 1 } } });`,
  // The error message about a missing tenant suggests this line.
  `WebhooksModule.forRoot({ guards, tenant: (request) => request.account.id });`,
  `WebhooksModule.forRoot({ guards, tenant: (request: { account: { id: string } }) => request.account.id });`,
];

const REFUSED: [code: string, at: string, because: string][] = [
  [
    `webhooks.publish(tx, { type: 'message.sent', tenantId: 'a', data: { message: { ...message, status: row.status } } });`,
    'status',
    `Type 'string' is not assignable to type '"queued" | "sending" | "sent"`,
  ],
  [
    `webhooks.publish(tx, { type: 'message.sent', tenantId: 'a', data: { message: { ...message, direction: row.direction } } });`,
    'direction',
    `Type 'string' is not assignable to type '"out" | "in"'.`,
  ],
  [
    `webhooks.publish(tx, { type: 'message.sent', tenantId: 'a', data: { message: { id: 'm1', direction: 'out', from: 'a' } } });`,
    'message',
    `Property 'to' is missing`,
  ],
  [
    `webhooks.publish(tx, { type: 'message.sent', tenantId: 'a', data: { message: { ...message, txt: 'Hello' } } });`,
    'txt',
    `'txt' does not exist in type 'WebhookMessage'.`,
  ],
  [
    `webhooks.publish(tx, { type: 'message.sent', data: { message } });`,
    `{ type: 'message.sent', data: { message } }`,
    `Property 'tenantId' is missing`,
  ],
  [
    `webhooks.publish(tx, { type: 'message.deliverd', tenantId: 'a', data: { message } });`,
    'type',
    `Did you mean '"message.delivered"'?`,
  ],
  [
    `webhooks.publish(tx, [{ type: 'message.deliverd', tenantId: 'a', data: { message } }]);`,
    'type',
    `Did you mean '"message.delivered"'?`,
  ],
  [
    `webhooks.publish(tx, { type: 'invoice.paid', tenantId: 'a', data: { invoice: { cents: '1' } } });`,
    'cents',
    `Type 'string' is not assignable to type 'number'.`,
  ],
  [
    `messageEvent('message.sent', { tenantId: 'a', message: { ...message, status: row.status } });`,
    'status',
    `Type 'string' is not assignable to type '"queued" | "sending" | "sent"`,
  ],
];

const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.convertCompilerOptionsFromJson(
  {
    ...config.compilerOptions,
    noEmit: true,
    types: ['node'],
    paths: {
      'nestjs-sms-webhooks': ['./libs/webhooks/src'],
      'nestjs-sms-webhooks/express': ['./libs/webhooks/src/express'],
      'nestjs-sms-webhooks/openapi': ['./libs/webhooks/src/openapi'],
      'nestjs-sms-webhooks/opentelemetry': ['./libs/webhooks/src/opentelemetry'],
      'nestjs-sms-webhooks/prometheus': ['./libs/webhooks/src/prometheus'],
      'nestjs-sms-webhooks/terminus': ['./libs/webhooks/src/terminus'],
      'nestjs-sms-webhooks/testing': ['./libs/webhooks/src/testing'],
      'nestjs-sms-webhooks/profiles': ['./libs/webhooks/src/profiles'],
      'nestjs-sms-webhooks/schema': ['./libs/webhooks/src/store/schema'],
      'nestjs-sms-webhooks-receiver': ['./libs/receiver/src'],
    },
  },
  root,
);
/** What the hosts import, parsed once for all of them. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * Compiles the files of a host, given by path. Returns only the errors in these files, not the errors in other files.
 */
function compile(files: Record<string, string>): readonly ts.Diagnostic[] {
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.fileExists = (path) => path in files || ts.sys.fileExists(path);
  host.directoryExists = (path) =>
    ts.sys.directoryExists(path) || Object.keys(files).some((file) => file.startsWith(`${path}/`));
  host.getSourceFile = (path, how) => {
    if (path in files) return ts.createSourceFile(path, files[path]!, how, true);
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, how));
    return parsed.get(path);
  };
  const program = ts.createProgram(Object.keys(files), options, host);
  return Object.keys(files).flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)));
}

describe('The READMEs', () => {
  it('compile: the TypeScript files in a README and its pages form one host', () => {
    const files: Record<string, string> = {};
    for (const [readme, pages] of Object.entries(PAGES)) {
      const folder = join(__dirname, 'host', dirname(readme));
      for (const [file, text] of Object.entries(HOST)) files[join(folder, file)] = text;
      for (const { language, file, text } of [readme, ...pages].flatMap(blocksOf))
        if (language === 'ts' && file) files[join(folder, file)] = text;
    }
    const found = compile(files);
    expect(ts.formatDiagnostics(found, ts.createCompilerHost(options))).toBe('');
  });
});

/** Compiles one host file with each line in a block of its own. Returns the errors by line. */
function compileLines(lines: readonly string[]): { at: string; because: string }[][] {
  const starts: number[] = [];
  let text = FILE;
  for (const line of lines) {
    starts.push(text.length);
    text += `{ ${line} }\n`;
  }
  const found = compile({ [join(__dirname, 'a-host.ts')]: text });
  return starts.map((start, i) =>
    found
      .filter((each) => each.start! >= start && each.start! < (starts[i + 1] ?? text.length))
      .map((each) => ({
        at: text.slice(each.start, each.start! + each.length!),
        because: ts.flattenDiagnosticMessageText(each.messageText, '\n'),
      })),
  );
}

it('The compiler reports a mistake in a host’s code once, at the field, with the reason', () => {
  const errors = compileLines([...ACCEPTED, ...REFUSED.map(([code]) => code)]);
  expect(errors.slice(0, ACCEPTED.length)).toEqual(ACCEPTED.map(() => []));
  expect(errors.slice(ACCEPTED.length)).toEqual(
    REFUSED.map(([, at, because]) => [{ at, because: expect.stringContaining(because) }]),
  );
});
