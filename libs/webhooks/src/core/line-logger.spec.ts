import { Logger } from '@nestjs/common';
import * as fc from 'fast-check';
import { LineLogger, oneLine } from './line-logger.js';

const LEVELS = ['log', 'warn', 'error', 'debug'] as const;

describe('A record of the log', () => {
  afterEach(() => {
    Logger.overrideLogger(true);
    jest.restoreAllMocks();
  });

  it('contains its text, in any language', () => {
    expect(oneLine('Webhook ünï 主題 🙂 "quoted" \\ %s')).toBe('Webhook ünï 主題 🙂 "quoted" \\ %s');
  });

  it('escapes what would end the line, colour it, or change its direction', () => {
    expect(oneLine('a\r\nERROR b\u0085c\u2028d\u001b[31me\u202ef\u009bg\0')).toBe(
      'a\\u000d\\nERROR b\\u0085c\\u2028d\\u001b[31me\\u202ef\\u009bg\\u0000',
    );
  });

  it('is one line without control characters at every level, whatever the message contains', () => {
    const said: string[] = [];
    const keep = (line: unknown): void => void said.push(String(line));
    Logger.overrideLogger({ log: keep, warn: keep, error: keep, debug: keep });
    fc.assert(
      fc.property(fc.constantFrom(...LEVELS), fc.string({ unit: 'binary' }), (level, text) => {
        new LineLogger('Webhooks')[level](`Tenant ${text}`);
        expect(said.splice(0)).toEqual([expect.stringMatching(/^Tenant [^\p{Cc}\u2028\u2029]*$/u)]);
      }),
      { numRuns: 100 },
    );
  });

  it('has the same context as a record of Nest’s own logger', () => {
    const calls: unknown[][] = [];
    const keep = (...call: unknown[]): void => void calls.push(call);
    Logger.overrideLogger({ log: keep, warn: keep, error: keep, debug: keep });
    for (const level of LEVELS) new LineLogger('Webhooks')[level]('said');
    const plain = calls.splice(0);
    for (const level of LEVELS) new Logger('Webhooks')[level]('said');
    expect(plain).toEqual(calls);
  });
});
