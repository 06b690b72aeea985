import { isIPv4 } from 'node:net';
import * as fc from 'fast-check';
import { createTransport } from '../../libs/webhooks/src/http/client/create-transport.js';
import { HttpError } from '../../libs/webhooks/src/http/transport.js';
import { DialRecorder } from '../http/dial-recorder.js';

/** Blocks of addresses that must not be dialled. The list is repeated here to find mistakes in the guard's list. */
const CLOSED =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 ' +
  '192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.175.48.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3';

const numberOf = (v4: string): number => v4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const addressOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');

function isClosed(v4: string): boolean {
  return CLOSED.split(' ').some((block) => {
    const [base, bits] = block.split('/') as [string, string];
    const size = 2 ** (32 - Number(bits));
    return Math.floor(numberOf(v4) / size) === Math.floor(numberOf(base) / size);
  });
}

/** Forms of an IPv6 address that contain an IPv4 address. */
const HIDDEN: ((high: string, low: string) => string)[] = [
  (high, low) => `::${high}:${low}`,
  (high, low) => `::ffff:${high}:${low}`,
  (high, low) => `::ffff:0:${high}:${low}`,
  (high, low) => `64:ff9b::${high}:${low}`,
  (high, low) => `64:ff9b:1::${high}:${low}`,
  (high, low) => `2002:${high}:${low}::1`,
  (high, low) => `2001:0:${high}:${low}::1`,
  (high, low) => `2606:4700::5efe:${high}:${low}`,
  (high, low) => `2606:4700::200:5efe:${high}:${low}`,
  (high, low) => `fe80::${high}:${low}`,
  (high, low) => `fd00::${high}:${low}`,
];

const hex = (number: number): string => number.toString(16);
const hidden = (v4: string, way: number): string => {
  const number = numberOf(v4);
  return HIDDEN[way % HIDDEN.length]!(hex(number >>> 16), hex(number & 0xffff));
};

/** Ways to spell an IPv4 address. Each of them is accepted by at least one parser. */
const SPELLINGS: ((v4: string) => string)[] = [
  (v4) => v4,
  (v4) => `${v4}.`,
  (v4) => String(numberOf(v4)),
  (v4) => `0x${hex(numberOf(v4))}`,
  (v4) => `0${numberOf(v4).toString(8)}`,
  (v4) => v4.replaceAll(/\d+/g, (part) => `0x${hex(Number(part))}`),
  (v4) => v4.replaceAll(/\d+/g, (part) => `0${Number(part).toString(8)}`),
  (v4) => v4.replaceAll(/\d+/g, (part) => part.padStart(3, '0')),
  (v4) => v4.replace(/(\d+)\.(\d+)$/, (_, c, d) => String(Number(c) * 256 + Number(d))),
  (v4) => v4.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (v4) => v4.replaceAll('.', '。'),
  (v4) => v4.replaceAll('.', '%2e'),
  (v4) => `[::ffff:${v4}]`,
  (v4) => `[::${v4}]`,
  (v4) => `[64:ff9b::${v4}]`,
  (v4) => `${v4}%00.example.com`,
  (v4) => `hooks.example.com@${v4}`,
  (v4) => `${v4}#@hooks.example.com`,
  (v4) => `${v4}\\@hooks.example.com`,
  (v4) => `${v4}:80\t`,
];

const v4 = fc.oneof(
  { weight: 1, arbitrary: fc.nat({ max: 0xffffffff }).map(addressOf) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...CLOSED.split(' ')), fc.nat({ max: 0xffffffff }))
      .map(([block, any]) => {
        const [base, bits] = block.split('/') as [string, string];
        const size = 2 ** (32 - Number(bits));
        return addressOf(numberOf(base) + (any % size));
      }),
  },
);

const any = fc.record({
  address: v4,
  spelling: fc.nat({ max: SPELLINGS.length - 1 }),
  way: fc.option(fc.nat({ max: HIDDEN.length - 1 }), { freq: 1 }),
  byName: fc.boolean(),
  scheme: fc.constantFrom('http', 'https', 'HTTP', 'hTTps'),
  rest: fc.constantFrom('', '/', '/hook?x=1', ':8080/', ':443', '?x', '//', '/\\x'),
});

describe.each(['axios', 'undici'] as const)('Wherever a URL leads, over %s,', (kind) => {
  const recorder = new DialRecorder();
  beforeAll(() => recorder.start());
  afterAll(() => recorder.stop());

  it('only the public internet is dialled, however an address is written or resolved', async () => {
    let dialled = 0;
    await fc.assert(
      fc.asyncProperty(any, async ({ address, spelling, way, byName, scheme, rest }) => {
        const answer = way === null ? address : hidden(address, way);
        const written = way === null ? SPELLINGS[spelling]!(address) : `[${answer}]`;
        const url = `${scheme}://${byName ? 'hooks.example.com' : written}${rest}`;
        const lookup = async () => [{ address: answer, family: isIPv4(answer) ? 4 : 6 }];
        const transport = createTransport({ kind, allowHttp: true, lookup });
        const sent = transport.send({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 5_000 });
        await expect(sent).rejects.toBeInstanceOf(HttpError);
        await transport.close();
        const dials = recorder.take();
        dialled += dials.length;
        // A hidden address is never dialled, whether or not it is public.
        for (const each of dials)
          expect([url, each, isIPv4(each) && !isClosed(each)]).toEqual([url, each, true]);
        if (byName && way === null && !rest.includes('\\'))
          expect(dials).toEqual(isClosed(address) ? [] : [address]);
      }),
      { numRuns: 600 },
    );
    expect(dialled).toBeGreaterThan(10);
  });
});
