import { refusalOf } from '../../../../test/receivers/refusal-of.js';
import { bodyOf, hmacRequest, requestOf, secretOf } from '../../../../test/receivers/signed-request.js';
import { readRequest } from '../request.js';
import { verifyWebhook } from '../verify.js';
import { verifyHmac } from './hmac.js';
import { itForAll } from '../../../../test/support/it-for-all.js';

const profiles = ['msgine', 'opensms', 'mysmsgate', 'mobile-text-alerts'] as const;
const headerOf = {
  msgine: 'x-msgine-signature',
  opensms: 'x-opensms-signature',
  mysmsgate: 'x-mysmsgate-signature',
  'mobile-text-alerts': 'x-signature',
};

describe('Known signatures', () => {
  it('of MsGine are valid', () => {
    const headers = {
      'X-MsGine-Signature': 'a6fdac83e35c315f553536aa2f90b433d44238d711113a0bf5359a84cb9c3f85',
    };
    const webhook = verifyWebhook({
      profile: 'msgine',
      headers,
      body: bodyOf.msgine,
      secrets: secretOf.msgine,
    });
    expect(webhook.payload).toEqual(JSON.parse(bodyOf.msgine));
  });

  it('of Mobile Text Alerts are valid', () => {
    const headers = { 'X-Signature': '28933c2b81a93b7872041312f0e7b640bf9e0298f41604c4548b5016aa00669a' };
    const webhook = verifyWebhook({
      profile: 'mobile-text-alerts',
      headers,
      body: bodyOf['mobile-text-alerts'],
      secrets: secretOf['mobile-text-alerts'],
    });
    expect(webhook.payload.status).toBe(4);
  });

  it.each([
    [
      'key',
      'The quick brown fox jumps over the lazy dog',
      'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
      '',
    ],
    [
      "It's a Secret to Everybody",
      'Hello, World!',
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      'sha256=',
    ],
  ])(
    'of well-known texts with the key %s are valid, but are refused for a changed text',
    (secrets, body, signature, prefix) => {
      const request = readRequest({ headers: { 'x-signature': signature }, body, secrets });
      expect(() => verifyHmac(request, { header: 'x-signature', prefix })).not.toThrow();
      const changed = readRequest({ headers: { 'x-signature': signature }, body: `${body}.`, secrets });
      expect(refusalOf(() => verifyHmac(changed, { header: 'x-signature', prefix })).reason).toBe(
        'signature-mismatch',
      );
    },
  );
});

describe.each(profiles)('%s', (profile) => {
  const body = bodyOf[profile];
  const secret = secretOf[profile];
  const { headers } = requestOf[profile](body, secret);
  const header = headerOf[profile];
  const verify = (changes: object = {}) =>
    verifyWebhook({ profile, headers, body, secrets: secret, ...changes });
  const refusal = (changes: object) => refusalOf(() => verify(changes));

  it('accepts what the platform signs', () => {
    expect(verify()).toMatchObject({ profile, payload: JSON.parse(body) });
  });

  it('accepts either secret while one replaces another', () => {
    expect(verify({ secrets: ['another', secret] }).profile).toBe(profile);
    expect(verify({ secrets: ['', secret] }).profile).toBe(profile);
  });

  it('refuses a tampered body, another secret and a missing header', () => {
    expect(refusal({ body: body.replace('"', ' "') }).reason).toBe('signature-mismatch');
    expect(refusal({ secrets: `${secret}x` }).reason).toBe('signature-mismatch');
    expect(refusal({ headers: {} }).reason).toBe('missing-header');
  });

  itForAll([
    'junk',
    '',
    '0'.repeat(63),
    '0'.repeat(65),
    headers[header]!.toUpperCase(),
    `sha256=${headers[header]}`,
    'ü'.repeat(64),
  ])('refuses each value that is not a signature', (value) => {
    expect(refusal({ headers: { [header]: value } }).reason).toMatch(/malformed-header|missing-header/);
  });

  it('refuses a well-formed digest of something else', () => {
    expect(refusal({ headers: { [header]: '0'.repeat(64) } }).reason).toBe('signature-mismatch');
  });
});

describe.each(['opensms', 'mysmsgate'] as const)('%s, whose documentation names no header', (profile) => {
  const body = bodyOf[profile];
  const secrets = secretOf[profile];

  it('accepts another header name', () => {
    const request = hmacRequest('x-hub-signature')(body, secrets);
    expect(verifyWebhook({ profile, ...request, secrets, header: 'X-Hub-Signature' }).profile).toBe(profile);
    expect(refusalOf(() => verifyWebhook({ profile, ...request, secrets })).reason).toBe('missing-header');
  });

  it('accepts a prefix and base64', () => {
    const { headers } = requestOf[profile](body, secrets);
    const hex = headers[headerOf[profile]]!;
    const base64 = { [headerOf[profile]]: `hmac ${Buffer.from(hex, 'hex').toString('base64')}` };
    const options = { profile, headers: base64, body, secrets };
    expect(verifyWebhook({ ...options, prefix: 'hmac ', encoding: 'base64' }).profile).toBe(profile);
    expect(refusalOf(() => verifyWebhook({ ...options, encoding: 'base64' })).reason).toBe(
      'malformed-header',
    );
    expect(refusalOf(() => verifyWebhook({ ...options, prefix: 'hmac ' })).reason).toBe('malformed-header');
  });

  itForAll([{ header: 'x y' }, { header: '' }, { header: 7 }, { prefix: null }, { encoding: 'latin1' }])(
    'refuses each wrong option',
    (option) => {
      const request = requestOf[profile](body, secrets);
      const options = { profile, ...request, secrets, ...(option as object) };
      expect(refusalOf(() => verifyWebhook(options)).reason).toBe('bad-option');
    },
  );
});
