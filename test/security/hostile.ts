import * as fc from 'fast-check';

/** Text that breaks lines, terminals, parsers, databases or prototypes. */
export const NASTY: readonly string[] = [
  'a\r\nERROR [Webhooks] forged',
  'a\nb',
  'a\u0085b\u2028c\u2029d',
  '\u001b[2J\u001b[31mred',
  '\u202egnp.exe',
  '\0',
  '\ud800',
  '\udc00\ud800',
  '\ufeff',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  "' or 1=1; drop table webhook_endpoints; --",
  '$1',
  '%s%n%d',
  '${7*7}',
  '{{7*7}}',
  '../../../etc/passwd',
  '9'.repeat(400),
  'a\0b',
  'a\ud800b',
  'x'.repeat(5_000),
];

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);

/** Values of every JSON type, among them extreme numbers and empty lists. */
export const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1e308, 2 ** 53, 0.1, [], {}, [[]], [{}], [null]),
  fc.array(nastyText, { maxLength: 5 }),
  fc.dictionary(nastyText, nastyText, { maxKeys: 4 }),
  fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>,
);
