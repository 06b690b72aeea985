import { hmacSha256 } from './hmac-sha256.js';
import { itForAll } from '../../../../../test/support/it-for-all.js';

const vectors = [
  {
    vector: 'MsGine, a delivery report',
    secret: 'whsec_test_secret',
    body: '{"id":"msg_1234567890","event":"message.delivered","status":"delivered","to":"+256701521269","from":"MyApp","timestamp":"2024-01-15T10:30:15Z","messageId":"msg_1234567890","sid":"SM1234567890abcdef"}',
    hex: 'a6fdac83e35c315f553536aa2f90b433d44238d711113a0bf5359a84cb9c3f85',
  },
  {
    vector: 'Mobile Text Alerts, with the secret and body of a well-known example of HMAC-SHA256',
    secret: 'key',
    body: 'The quick brown fox jumps over the lazy dog',
    hex: 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
  },
  {
    vector: 'Mobile Text Alerts, the secret in its documentation',
    secret: 'abc123-abc2-cde1-1234-xyz123456',
    body: '{"messageId":"mta-42","externalId":"customer-message-id","status":4,"timestamp":"2026-09-03T12:00:00.000Z","toNumber":"+15555550123"}',
    hex: '28933c2b81a93b7872041312f0e7b640bf9e0298f41604c4548b5016aa00669a',
  },
  {
    vector: 'GitHub, the same scheme with a prefix',
    secret: "It's a Secret to Everybody",
    body: 'Hello, World!',
    hex: '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  },
];

describe('the HMAC of a body', () => {
  itForAll(vectors)('reproduces the vectors', ({ secret, body, hex }) => {
    expect(hmacSha256(secret, Buffer.from(body))).toBe(hex);
  });

  it('uses the text of the secret as the key, even if it looks like hex', () => {
    const secret = 'ab'.repeat(64);
    const body = Buffer.from('{}');

    expect(hmacSha256(secret, body)).toBe('82bbaba21b762b1694dad44e5f6233bf8920bad4224bd0cf9355cf4abd09724f');
  });

  it('can be base64', () => {
    const hex = hmacSha256('key', Buffer.from('{}'));

    expect(hmacSha256('key', Buffer.from('{}'), 'base64')).toBe(Buffer.from(hex, 'hex').toString('base64'));
  });
});
