import { WebhooksError } from '../core/errors.js';

/** Words in messages to a Nest app, with their replacements for an Express app. */
const EXPRESS_WORDS: readonly [nest: RegExp, express: string][] = [
  [
    /set `autoLoadEntities: true` in TypeOrmModule\.forRoot\(\), or add (`entities: \[\.\.\.webhooksEntities\]`).*$/,
    'add $1 to it.',
  ],
  [
    /name the data source that has it: WebhooksModule\.forFeature\(.*?\)\./,
    'pass the data source that has it: createWebhooks({ dataSource }).',
  ],
  [
    /is registered twice on one data source: import the result of one forRoot\(\) call everywhere/,
    'was called twice with one data source: use the result of one call everywhere',
  ],
  [/import its forFeature\(\)/, 'pass it to createWebhooks({ captures })'],
  [/\bWebhooksModule\b/g, 'createWebhooks'],
];

/** Rewrites a message for a host that does not know Nest. */
export function nameForExpress(sentence: string): string {
  return EXPRESS_WORDS.reduce((text, [nest, express]) => text.replace(nest, express), sentence);
}

/** Rewrites message and stack of the module's own errors for a host that does not know Nest. Returns the given error. */
export function nameCaller(error: unknown): unknown {
  if (!(error instanceof WebhooksError)) return error;
  const { message, stack } = error;
  error.message = nameForExpress(message);
  error.stack = stack?.replace(message, () => error.message);
  return error;
}
