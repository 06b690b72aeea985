import { WebhooksError } from '../core/errors.js';

/** What sentences say to a Nest app, and what they say to an Express app instead. Nothing else in this package knows the difference. */
const EXPRESS_WORDS: readonly [nest: RegExp, express: string][] = [
  [
    /set `autoLoadEntities: true` in TypeOrmModule\.forRoot\(\), or add (`entities: \[\.\.\.webhooksEntities\]`).*$/,
    'add $1 to it.',
  ],
  [
    /name the right one: WebhooksModule\.forFeature\(.*?\)\./,
    'pass the one that has it: createWebhooks({ dataSource }).',
  ],
  [
    /is registered twice on one data source: import the result of one forRoot\(\) call everywhere/,
    'was called twice with one data source: use the result of one call everywhere',
  ],
  [/import its forFeature\(\)/, 'pass it to createWebhooks({ captures })'],
  [/\bWebhooksModule\b/g, 'createWebhooks'],
];

/** The same sentence for a host that does not know Nest. */
export function nameForExpress(sentence: string): string {
  return EXPRESS_WORDS.reduce((text, [nest, express]) => text.replace(nest, express), sentence);
}

/** Errors of the start name what a Nest app calls. This names `createWebhooks` instead, in the message and in the stack. */
export function nameCaller(error: unknown): unknown {
  if (!(error instanceof WebhooksError)) return error;
  const { message, stack } = error;
  error.message = nameForExpress(message);
  error.stack = stack?.replace(message, () => error.message);
  return error;
}
