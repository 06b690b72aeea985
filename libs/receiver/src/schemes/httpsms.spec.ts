import { SignJWT, jwtVerify } from 'jose';
import { refusalOf } from '../../../../test/receivers/refusal-of.js';
import {
  bodyOf,
  httpsmsRequest,
  httpsmsToken,
  secretOf,
  type TokenParts,
} from '../../../../test/receivers/signed-request.js';
import { verifyWebhook } from '../verify.js';
import { itForAll } from '../../../../test/support/it-for-all.js';

const body = bodyOf.httpsms;
const secret = secretOf.httpsms;
const audience = 'https://example.com/hook';
const at = 1_700_000_000;
const now = at * 1000;

const verifyToken = (token: string, more: object = {}) =>
  verifyWebhook({
    profile: 'httpsms',
    headers: { authorization: `Bearer ${token}` },
    body,
    secrets: secret,
    now,
    ...more,
  });
const refusal = (token: string, more: object = {}) => refusalOf(() => verifyToken(token, more));
const token = (parts: TokenParts = {}) => httpsmsToken(secret, { at, ...parts });

it('verifies a token that is written out in full', () => {
  const vector =
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhcGkuaHR0cHNtcy5jb20iLCJzdWIiOiJYdEFCejZ6ZGVGTW9CTG9sdHo2U1JFRHZSU2gyIiwiYXVkIjpbImh0dHBzOi8vZXhhbXBsZS5jb20vaG9vayJdLCJleHAiOjE3MDAwMDA2MDAsIm5iZiI6MTY5OTk5OTQwMCwiaWF0IjoxNzAwMDAwMDAwfQ.pHsWufYG8a3kCK53UtjUooS9TPnJXt9bfsfgR9uStho';
  expect(vector).toBe(token());
  expect(verifyToken(vector, { audience, issuer: 'api.httpsms.com' })).toMatchObject({
    id: 'f4b86c6d-8c90-4ba7-a599-516a27f1a1e9',
    type: 'message.phone.delivered',
    payload: JSON.parse(body),
  });
});

describe('The verification of tokens, compared with jose', () => {
  const key = new TextEncoder().encode(secret);

  it('accepts a token that jose signs', async () => {
    const theirs = await new SignJWT({ sub: 'U1' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('api.httpsms.com')
      .setAudience([audience])
      .setExpirationTime(at + 600)
      .setNotBefore(at - 600)
      .sign(key);
    expect(verifyToken(theirs, { audience, issuer: 'api.httpsms.com' }).type).toBe('message.phone.delivered');
  });

  itForAll([-662, -661, -660, -659, 0, 658, 659, 660, 661])(
    'accepts tokens of the ages that jose accepts, and refuses all others',
    async (age) => {
      const made = token({ at: at - age });
      const currentDate = new Date(now);
      const theirs = await jwtVerify(made, key, { clockTolerance: 60, currentDate, audience }).then(
        () => 'accepted',
        () => 'refused',
      );
      const ours = (() => {
        try {
          return verifyToken(made, { audience }) && 'accepted';
        } catch {
          return 'refused';
        }
      })();
      expect(ours).toBe(theirs);
    },
  );
});

it('accepts a signing key with blanks around it, and a list of keys', () => {
  expect(verifyToken(token(), { secrets: ['old', ` ${secret}\n`] }).profile).toBe('httpsms');
});

it('refuses a token that has expired or is not yet valid', () => {
  expect(refusal(token({ at: at - 661 })).reason).toBe('timestamp-too-old');
  expect(refusal(token({ at: at + 661 })).reason).toBe('timestamp-too-new');
  expect(refusal(token({ at: at - 600 }), { toleranceSeconds: 0 }).reason).toBe('timestamp-too-old');
  expect(verifyToken(token({ at: at - 599 }), { toleranceSeconds: 0 }).profile).toBe('httpsms');
});

it('refuses another signing key and a changed claim', () => {
  expect(refusal(httpsmsToken('other', { at })).reason).toBe('signature-mismatch');
  const [head, , signature] = token().split('.');
  const [, later] = token({ at: at + 1 }).split('.');
  expect(refusal([head, later, signature].join('.')).reason).toBe('signature-mismatch');
});

it('checks audience and issuer if the options name them', () => {
  expect(verifyToken(token(), { audience: ['https://other.example', audience] }).profile).toBe('httpsms');
  expect(verifyToken(token({ claims: { aud: audience } }), { audience }).profile).toBe('httpsms');
  expect(refusal(token(), { audience: `${audience}/` }).reason).toBe('wrong-audience');
  expect(refusal(token({ claims: { aud: undefined } }), { audience }).reason).toBe('wrong-audience');
  expect(refusal(token(), { issuer: 'api.example.com' }).reason).toBe('wrong-issuer');
});

itForAll([
  ['no algorithm', { alg: 'none' }],
  ['another algorithm', { alg: 'HS512' }],
  ['an asymmetric algorithm', { alg: 'RS256' }],
  ['an extension', { alg: 'HS256', crit: ['b64'], b64: false }],
])('refuses tokens with another header, even if they are signed correctly', ([, header]) => {
  expect(refusal(token({ header })).reason).toBe('malformed-header');
});

it('refuses an unsigned token', () => {
  const [, claims] = token().split('.');
  const head = Buffer.from('{"alg":"none"}').toString('base64url');
  expect(refusal(`${head}.${claims}.`).reason).toBe('malformed-header');
});

itForAll([{ exp: undefined }, { exp: '1700000600' }, { exp: null }, { nbf: 'soon' }])(
  'refuses a token whose exp is missing, or whose exp or nbf is not a number',
  (claims) => {
    expect(refusal(token({ claims })).reason).toBe('malformed-header');
  },
);

itForAll([
  '',
  'Bearer',
  'Bearer ',
  'Basic dXNlcjpwYXNz',
  `${token()}`,
  `Bearer ${token()} x`,
  'Bearer a.b',
  'Bearer a.b.c',
  'Bearer a.b.c.d',
  'Bearer bnVsbA.bnVsbA.x',
  'Bearer ..',
])('refuses an authorization header other than "Bearer" and one token', (authorization) => {
  const headers = { authorization };
  const work = () => verifyWebhook({ profile: 'httpsms', headers, body, secrets: secret, now });
  expect(refusalOf(work).reason).toMatch(/malformed-header|missing-header/);
});

it('accepts the scheme "Bearer" in upper and lower case', () => {
  const headers = { Authorization: `bearer  ${token()}` };
  expect(verifyWebhook({ profile: 'httpsms', headers, body, secrets: secret, now }).profile).toBe('httpsms');
});

it('accepts a changed body, because the token does not cover the body', () => {
  const { headers } = httpsmsRequest(body, secret, { at });
  const changed = body.replace('sample', 'forged');
  expect(
    verifyWebhook({ profile: 'httpsms', headers, body: changed, secrets: secret, now }).payload,
  ).toMatchObject({ data: { content: 'This is a forged outgoing message' } });
});
