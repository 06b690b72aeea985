import * as fc from 'fast-check';
import { checkUrl, UrlRefusedError } from './url-policy.js';
import type { UrlRules } from './url-policy.js';
import { itForAll } from '../../../../../test/support/it-for-all.js';

function refusal(url: unknown, rules?: UrlRules): UrlRefusedError {
  try {
    checkUrl(url as string, rules);
  } catch (error) {
    expect(error).toBeInstanceOf(UrlRefusedError);
    return error as UrlRefusedError;
  }
  throw new Error(`${String(url)} passed`);
}

describe('checkUrl', () => {
  itForAll([
    ['HTTPS://Hooks.Example.COM:443', 'https://hooks.example.com/'],
    ['https://hooks.example.com/a/../b?c=d e'.replace(' ', '%20'), 'https://hooks.example.com/b?c=d%20e'],
    ['https://hooks.example.com/päth', 'https://hooks.example.com/p%C3%A4th'],
    ['https://hooks.example.com:8443/x', 'https://hooks.example.com:8443/x'],
  ])('returns the normalised form of a URL', ([url, normalised]) => {
    expect(checkUrl(url)).toBe(normalised);
    expect(checkUrl(normalised)).toBe(normalised);
  });

  it('requires https unless http is allowed', () => {
    expect(refusal('http://hooks.example.com/')).toMatchObject({
      field: 'url',
      code: 'https_required',
      message: 'The URL must start with https://.',
    });
    expect(checkUrl('http://hooks.example.com/', { allowHttp: true })).toBe('http://hooks.example.com/');
  });

  itForAll(['\u200b', '\u2060', '\u00ad', '\u200d', '\u202e', '\ufeff', '\u{e0001}'])(
    'refuses invisible characters, which a pasted URL may contain',
    (character) => {
      for (const url of [
        `https://hooks.example.com/a${character}b`,
        `https://hooks.example.com/?a=${character}`,
        `https://hooks.example.com/a${character}`,
      ])
        expect(refusal(url)).toMatchObject({
          code: 'invalid_url',
          message: expect.stringContaining('invisible characters'),
        });
    },
  );

  it('says what is wrong with a host name that has an underscore', () => {
    expect(refusal('https://my_app.example.com/')).toMatchObject({
      code: 'destination_not_allowed',
      message: expect.stringContaining('must not contain an underscore'),
    });
  });

  it('gives tenants the same message for different refused destinations, and gives operators the reason', () => {
    const refusals = [
      'https://10.0.0.1/',
      'https://localhost/',
      'https://db.internal/',
      'https://2130706433/',
      'https://hooks.example.com:6379/',
      'https://[::1]/',
      'https://hooks.example.com./',
    ].map((url) => refusal(url));

    expect(new Set(refusals.map(({ code, message }) => `${code}: ${message}`))).toEqual(
      new Set(['destination_not_allowed: This destination is not allowed. Use a public https address.']),
    );
    expect(refusals.map(({ reason }) => reason)).toEqual([
      'address 10.0.0.1 is not public',
      '"localhost" is not a fully qualified name',
      'names under "internal" are reserved',
      'host written as "2130706433" means "127.0.0.1"',
      'port 6379 is not allowed',
      'address ::1 is not public',
      'host name ends with a dot',
    ]);
  });

  it('accepts loopback only if http and the address are allowed', () => {
    const url = 'http://127.0.0.1:4000/x';
    expect(refusal(url).code).toBe('destination_not_allowed');
    expect(refusal(url, { allowHttp: true }).code).toBe('destination_not_allowed');
    expect(refusal(url, { allowedAddresses: ['127.0.0.0/8'] }).code).toBe('https_required');
    expect(checkUrl(url, { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] })).toBe(url);
    expect(checkUrl('http://[::1]:4000/', { allowHttp: true, allowedAddresses: ['::1/128'] })).toBe(
      'http://[::1]:4000/',
    );
    expect(refusal('http://0x7f.1:4000/', { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] }).code).toBe(
      'destination_not_allowed',
    );
  });

  it('accepts allowed hosts, whatever their name', () => {
    const rules = { allowHttp: true, allowedHosts: ['receiver', 'sms_sink.svc.cluster.local', 'localhost'] };
    for (const url of [
      'http://receiver/',
      'http://sms_sink.svc.cluster.local:8080/a',
      'https://LOCALHOST:3000/',
    ]) {
      expect(checkUrl(url, rules)).toBe(url.toLowerCase());
    }
    expect(refusal('http://other/', rules).code).toBe('destination_not_allowed');
    expect(refusal('http://receiver.svc/', rules).code).toBe('destination_not_allowed');
  });

  it('accepts only the ports in allowedPorts if the host sets this option', () => {
    const rules = { allowedPorts: [443, 8443] };
    expect(checkUrl('https://hooks.example.com/', rules)).toBe('https://hooks.example.com/');
    expect(checkUrl('https://hooks.example.com:8443/', rules)).toBe('https://hooks.example.com:8443/');
    expect(refusal('https://hooks.example.com:444/', rules).reason).toBe('port 444 is not allowed');
    expect(refusal('http://hooks.example.com/', { ...rules, allowHttp: true }).code).toBe(
      'destination_not_allowed',
    );
  });

  it('accepts at most 2048 characters, both as typed and as sent', () => {
    const base = 'https://hooks.example.com/';
    expect(checkUrl(base.padEnd(2_048, 'x'))).toHaveLength(2_048);
    expect(refusal(base.padEnd(2_049, 'x')).message).toBe('The URL must be at most 2048 characters long.');
    expect(refusal(base.padEnd(1_000, 'ä')).message).toBe('The URL must be at most 2048 characters long.');
  });

  itForAll([undefined, null, 42, {}, ['https://hooks.example.com/']])(
    'refuses values that are not strings',
    (value) => {
      expect(refusal(value)).toMatchObject({ code: 'invalid_url', field: 'url' });
    },
  );

  it('either accepts a string or throws its own error, whatever the input', () => {
    const hostLike = fc.stringMatching(/^https?:\/\/[ -~]{0,40}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostLike, fc.webUrl()), (url) => {
        let passed: string;
        try {
          passed = checkUrl(url, { allowHttp: true });
        } catch (error) {
          expect(error).toBeInstanceOf(UrlRefusedError);
          return;
        }
        expect(checkUrl(passed, { allowHttp: true })).toBe(passed);
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses an IPv4 address that is not in dotted decimal notation', () => {
    const part = fc.tuple(fc.nat(255), fc.constantFrom(8, 10, 16));
    fc.assert(
      fc.property(fc.tuple(part, part, part, part), (parts) => {
        fc.pre(parts.some(([value, radix]) => radix !== 10 && !(radix === 8 && value === 0)));
        const host = parts.map(
          ([value, radix]) => (radix === 16 ? '0x' : radix === 8 ? '0' : '') + value.toString(radix),
        );
        expect(refusal(`https://${host.join('.')}/`).code).toBe('destination_not_allowed');
      }),
    );
  });
});
