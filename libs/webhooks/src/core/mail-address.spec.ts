import * as fc from 'fast-check';
import { isMailAddress } from './mail-address.js';
import { itForAll } from '../../../../test/support/it-for-all.js';

describe('A mail address', () => {
  itForAll([
    'ops@example.com',
    'a@b.co',
    "first.o'neil+sms=x@mail.example.co.uk",
    'ops@xn--mnchen-3ya.de',
    `${'a'.repeat(64)}@example.com`,
  ])('may be any plain address', (address) => {
    expect(isMailAddress(address)).toBe(true);
  });

  itForAll([
    ['a line break within quotes', '"a\r\nBcc: victim@example.org"@example.com'],
    ['a line break without quotes', 'a@example.com\r\nBcc: b@example.com'],
    ['a second address within quotes', '"victim@example.org x"@example.com'],
    ['a second address', 'a@example.com,b@example.com'],
    ['a second at sign', 'a@b@example.com'],
    ['a name', 'Ops <ops@example.com>'],
    ['a comment', 'ops(x)@example.com'],
    ['an encoded word', '=?utf-8?q?x?=@example.com'],
    ['a route', 'a%victim.example@example.com'],
    ['an IP address as the domain', 'ops@[127.0.0.1]'],
    ['a host of one word', 'ops@localhost'],
    ['a number as the top-level domain', 'ops@10.0.0.1'],
    ['a dot at the end', 'ops@example.com.'],
    ['two dots', 'a..b@example.com'],
    ['a letter that is not ASCII', 'ops@exämple.com'],
    ['a direction mark', '\u202eops@example.com'],
    ['a local part that is too long', `${'a'.repeat(65)}@example.com`],
    ['an address that is too long', `a@${'a.'.repeat(200)}com`],
    ['an empty string', ''],
    ['a number', 7],
  ])('is refused if it is not exactly one plain address', ([, address]) => {
    expect(isMailAddress(address)).toBe(false);
  });

  it('never contains what ends a line, a header or an address, whatever the input', () => {
    const sign = fc.constantFrom(...'a@."\\,;:<>()[] \r\n\t\0?%!|`', '\u0085', '\u2028');
    fc.assert(
      fc.property(fc.string({ unit: sign, maxLength: 12 }), (text) => {
        for (const address of [text, `${text}@example.com`, `a${text}@example.com`]) {
          if (isMailAddress(address)) expect(address).toMatch(/^[a-z.]+@[a-z.]+$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
