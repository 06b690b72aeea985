import * as fc from 'fast-check';
import { bodyOf, requestOf, secretOf } from '../../../test/receivers/signed-request.js';
import type { WebhookProfile } from './profiles.js';
import { WebhookRefusedError } from './webhook-refused.error.js';
import { verifyWebhook } from './verify.js';

const profiles = Object.keys(bodyOf) as WebhookProfile[];
const signatureHeader: Record<WebhookProfile, string> = {
  standard: 'webhook-signature',
  'standard-cloudevents': 'webhook-signature',
  msgine: 'x-msgine-signature',
  opensms: 'x-opensms-signature',
  mysmsgate: 'x-mysmsgate-signature',
  'mobile-text-alerts': 'x-signature',
  httpsms: 'authorization',
};

/** Returns `false` if the request is refused. Any other error fails the test. */
function accepts(options: unknown): boolean {
  try {
    return Boolean(verifyWebhook(options as Parameters<typeof verifyWebhook>[0]));
  } catch (error) {
    if (error instanceof WebhookRefusedError) return false;
    throw error;
  }
}

const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });
const junk = fc.oneof(anything, fc.string(), fc.string({ unit: 'binary' }), fc.constant(undefined));
const headerNames = fc.constantFrom(...Object.values(signatureHeader), 'webhook-id', 'webhook-timestamp');
const junkHeaders = fc.oneof(junk, fc.dictionary(headerNames, junk), fc.dictionary(headerNames, fc.string()));

it('throws only refusals, whatever the input', () => {
  const options = fc.oneof(
    junk,
    fc.record({
      profile: fc.oneof(fc.constantFrom(...profiles), junk),
      headers: junkHeaders,
      body: fc.oneof(junk, fc.uint8Array()),
      secrets: fc.oneof(junk, fc.array(fc.string()), fc.constantFrom(...Object.values(secretOf))),
      now: fc.oneof(fc.integer(), junk),
      toleranceSeconds: fc.oneof(fc.integer(), junk),
      header: junk,
      prefix: junk,
      encoding: junk,
      audience: junk,
      issuer: junk,
    }),
  );
  fc.assert(
    fc.property(options, (given) => {
      expect(accepts(given)).toBe(false);
    }),
    { numRuns: 3000 },
  );
});

it('throws only refusals for a valid request with one part replaced', () => {
  const parts = fc.constantFrom(
    'headers',
    'body',
    'secrets',
    'now',
    'toleranceSeconds',
    'header',
    'audience',
  );
  fc.assert(
    fc.property(fc.constantFrom(...profiles), parts, junk, (profile, part, value) => {
      const request = requestOf[profile](bodyOf[profile], secretOf[profile]);
      accepts({ profile, ...request, secrets: secretOf[profile], [part]: value });
    }),
    { numRuns: 2000 },
  );
});

describe.each(profiles)('%s', (profile) => {
  const secrets = secretOf[profile];
  const json = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));

  it('accepts every JSON object that is signed correctly', () => {
    fc.assert(
      fc.property(json, (body) => {
        const { headers } = requestOf[profile](
          profile === 'httpsms' ? '{"type":"message.phone.sent"}' : body,
          secrets,
        );
        expect(verifyWebhook({ profile, headers, body, secrets }).payload).toEqual(JSON.parse(body));
      }),
      { numRuns: 200 },
    );
  });

  it('never accepts a signature with one flipped bit', () => {
    const { headers, body } = requestOf[profile](bodyOf[profile], secrets);
    const name = signatureHeader[profile];
    const signature = headers[name]!;
    // The scheme "Bearer" is case-insensitive, so a flipped bit in it may leave the header valid.
    const from = profile === 'httpsms' ? 'Bearer '.length * 8 : 0;
    for (let bit = from; bit < signature.length * 8; bit += 1) {
      const changed = { ...headers, [name]: flip(signature, bit).toString('latin1') };
      if (changed[name]!.trim() === signature) continue;
      expect([bit, accepts({ profile, headers: changed, body, secrets })]).toEqual([bit, false]);
    }
  });

  it('never accepts another secret', () => {
    const request = requestOf[profile](bodyOf[profile], secrets);
    fc.assert(
      fc.property(fc.string(), (other) => {
        fc.pre(other.trim() !== secrets);
        expect(accepts({ profile, ...request, secrets: other })).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

// The token of httpSMS does not cover the body.
it.each(profiles.filter((profile) => profile !== 'httpsms'))(
  'never accepts a body with one flipped bit: %s',
  (profile) => {
    const secrets = secretOf[profile];
    const { headers, body } = requestOf[profile](bodyOf[profile], secrets);
    for (let bit = 0; bit < Buffer.byteLength(body) * 8; bit += 1)
      expect([bit, accepts({ profile, headers, body: flip(body, bit), secrets })]).toEqual([bit, false]);
  },
);

function flip(text: string, bit: number): Buffer {
  const bytes = Buffer.from(text);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes;
}
