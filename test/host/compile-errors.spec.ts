import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');

/** What a host's file looks like around the expression that is tried. */
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
  // As the error message about a missing tenant suggests.
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

/** Compiles one host file with each line in a block of its own. Returns the errors by line. */
function compile(lines: readonly string[]): { at: string; because: string }[][] {
  const name = join(root, 'test/host/a-host.ts');
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as {
    compilerOptions: object;
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const starts: number[] = [];
  let text = FILE;
  for (const line of lines) {
    starts.push(text.length);
    text += `{ ${line} }\n`;
  }
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true) : read(file, ...rest);
  const program = ts.createProgram(
    [name],
    {
      ...options,
      noEmit: true,
      noUnusedLocals: false,
      types: ['node'],
      paths: { 'nestjs-sms-webhooks': [join(root, 'libs/webhooks/src')] },
    },
    host,
  );
  const source = program.getSourceFile(name)!;
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return starts.map((start, i) =>
    found
      .filter((each) => each.start! >= start && each.start! < (starts[i + 1] ?? text.length))
      .map((each) => ({
        at: text.slice(each.start, each.start! + each.length!),
        because: ts.flattenDiagnosticMessageText(each.messageText, '\n'),
      })),
  );
}

it('A mistake in what a host writes is reported once, at the field, with the reason', () => {
  const errors = compile([...ACCEPTED, ...REFUSED.map(([code]) => code)]);
  expect(errors.slice(0, ACCEPTED.length)).toEqual(ACCEPTED.map(() => []));
  expect(errors.slice(ACCEPTED.length)).toEqual(
    REFUSED.map(([, at, because]) => [{ at, because: expect.stringContaining(because) }]),
  );
});
