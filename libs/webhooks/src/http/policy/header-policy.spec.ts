import * as fc from 'fast-check';
import { checkHeaders, HeaderRefusedError } from './header-policy.js';
import { itForAll } from '../../../../../test/support/it-for-all.js';

function refusal(headers: unknown, reserved?: string[]): HeaderRefusedError {
  try {
    checkHeaders(headers as Record<string, string>, reserved);
  } catch (error) {
    expect(error).toBeInstanceOf(HeaderRefusedError);
    return error as HeaderRefusedError;
  }
  throw new Error('The headers passed.');
}

describe('checkHeaders', () => {
  it('returns valid headers with lower-case names and unchanged values', () => {
    const headers = {
      Authorization: 'Bearer a.b-c_d~e+f/g==',
      'X-Api-Key': '',
      "X-!#$%&'*+.^_`|~": '\t "quoted"; a=b \\',
    };
    expect(checkHeaders(headers)).toEqual({
      authorization: 'Bearer a.b-c_d~e+f/g==',
      'x-api-key': '',
      "x-!#$%&'*+.^_`|~": '\t "quoted"; a=b \\',
    });
    expect(checkHeaders({})).toEqual({});
  });

  itForAll([
    '',
    ' ',
    'a b',
    'a:',
    'a\r\n',
    'a\0',
    'ä',
    'a(b',
    'a,b',
    'a/b',
    'a@b',
    'a[b]',
    'a"b',
    'x'.repeat(65),
  ])('refuses invalid names', (name) => {
    expect(refusal({ [name]: 'x' })).toMatchObject({ field: 'headers', code: 'invalid_header' });
  });

  itForAll(['a\r\nEvil: 1', 'a\n', 'a\r', 'a\0b', 'ä', '\u0100', '😀', '\u007f', '\u001b[0m'])(
    'refuses invalid values and does not repeat them',
    (value) => {
      const error = refusal({ 'X-A': value });
      expect(error).toMatchObject({ field: 'headers.x-a', code: 'invalid_header' });
      expect(error.message).not.toContain(value);
    },
  );

  itForAll([42, null, undefined, true, ['a'], { a: 1 }])('refuses values that are not strings', (value) => {
    expect(refusal({ 'x-a': value })).toMatchObject({ field: 'headers.x-a', code: 'invalid_header' });
  });

  const RESERVED =
    'Host CONTENT-LENGTH Transfer-Encoding Connection Keep-Alive TE Trailer Upgrade Expect ' +
    'Proxy-Authorization Proxy-Connection Content-Type content-encoding User-Agent ' +
    'Accept-Encoding Webhook-Id webhook-signature WEBHOOK-TIMESTAMP Svix-Id ' +
    'X-MsGine-Signature X-Signature ce-id X-Amz-Date X-Aws-Ec2-Metadata-Token ' +
    'X-Google-Metadata-Request Metadata Metadata-Flavor X-Azure-Ref X-Ms-Version ' +
    'X-Forwarded-For Forwarded Via X-Real-IP Cookie X-Event-Type __proto__ constructor ' +
    'prototype';
  itForAll(RESERVED.split(' '))('refuses names that are reserved for the sender', (name) => {
    const headers = JSON.parse(`{ ${JSON.stringify(name)}: "x" }`) as Record<string, string>;
    expect(refusal(headers)).toMatchObject({
      field: `headers.${name.toLowerCase()}`,
      code: 'header_reserved',
    });
  });

  it('refuses further names that the caller reserves', () => {
    expect(checkHeaders({ 'X-Platform': 'a' })).toEqual({ 'x-platform': 'a' });
    expect(refusal({ 'X-Platform': 'a' }, ['x-platform']).code).toBe('header_reserved');
  });

  it('refuses two names that differ only in upper and lower case', () => {
    expect(refusal({ 'X-A': '1', 'x-a': '2' })).toMatchObject({
      field: 'headers.x-a',
      code: 'header_duplicate',
    });
  });

  it('accepts at most 20 headers, 4096 bytes in a value, and 8192 bytes in total', () => {
    const many = (n: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`x-${i}`, 'v']));
    expect(Object.keys(checkHeaders(many(20)))).toHaveLength(20);
    expect(refusal(many(21)).code).toBe('headers_too_large');

    expect(checkHeaders({ a: 'v'.repeat(4_096) })['a']).toHaveLength(4_096);
    expect(refusal({ a: 'v'.repeat(4_097) })).toMatchObject({
      field: 'headers.a',
      code: 'headers_too_large',
    });

    const two = { a: 'v'.repeat(4_096), b: 'v'.repeat(4_094) };
    expect(Object.keys(checkHeaders(two))).toEqual(['a', 'b']);
    expect(refusal({ ...two, b: `${two.b}v` })).toMatchObject({
      field: 'headers',
      code: 'headers_too_large',
    });
  });

  itForAll([null, undefined, 'a: b', [['a', 'b']], 7])(
    'refuses headers that are not an object',
    (headers) => {
      expect(refusal(headers)).toMatchObject({ field: 'headers', code: 'invalid_header' });
    },
  );

  it('never accepts a character that ends a line', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (headers) => {
        let checked: Record<string, string>;
        try {
          checked = checkHeaders(headers);
        } catch (error) {
          expect(error).toBeInstanceOf(HeaderRefusedError);
          return;
        }
        expect(Object.entries(checked).flat().join('')).toMatch(/^[\t -~]*$/);
      }),
    );
  });
});
