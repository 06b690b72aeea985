import { verifyWebhook } from 'nestjs-sms-webhooks-receiver';
import { documentedReceivers } from './documented-receivers.js';
import type { Receiver } from './receiver.js';
import { requestOf, secretOf, type SignedRequest } from './signed-request.js';

const available = documentedReceivers.filter((receiver) => receiver.available);
const missing = documentedReceivers.filter((receiver) => !receiver.available);

describe.each(available)('The $language receiver of the $profile document', (documented) => {
  const { profile, path, answer, examples, verifies } = documented;
  const secret = secretOf[profile];
  const [body] = examples[0]!;
  const good = requestOf[profile](body, secret);
  let receiver: Receiver;

  const post = async ({ headers, body: sent }: SignedRequest): Promise<[number, string]> => {
    const response = await fetch(receiver.url + path, { method: 'POST', headers, body: sent });
    return [response.status, (await response.text()).replaceAll(/\s/g, '')];
  };

  beforeEach(async () => {
    receiver = await documented.start(secret);
  });
  afterEach(() => receiver.stop());

  it('accepts the examples of its document, and handles them in order', async () => {
    for (const [example] of examples) {
      const request = requestOf[profile](example, secret);
      expect([example, ...(await post(request))]).toEqual([example, 200, answer]);
      expect(verifyWebhook({ profile, ...request, secrets: secret }).payload).toEqual(JSON.parse(example));
    }
    await receiver.stop();
    expect(receiver.worked).toEqual(examples.map(([, line]) => line).filter((line) => line !== null));
  });

  if (verifies)
    it('refuses a tampered request, a signature by another secret and a missing signature, and handles none of these requests', async () => {
      for (const request of [tampered(good), requestOf[profile](body, `${secret}x`)]) {
        expect((await post(request))[0]).toBe(401);
        expect(() => verifyWebhook({ profile, ...request, secrets: secret })).toThrow();
      }
      const unsigned = { headers: { 'content-type': good.headers['content-type']! }, body };
      // MsGine's sample for Node does not check whether the header exists, so the comparison throws.
      expect([401, 500]).toContain((await post(unsigned))[0]);
      await receiver.stop();
      expect(receiver.worked).toEqual([]);
    });

  /** Changes what the signature covers: the phone number in the body or, for httpSMS, the claims of the token. */
  function tampered({ headers, body: sent }: SignedRequest): SignedRequest {
    if (profile !== 'httpsms') return { headers, body: sent.replace('+1', '+3').replace('+25', '+35') };
    const authorization = headers.authorization!.replace(
      /\.(.)/,
      (_dot, letter) => `.${letter === 'A' ? 'B' : 'A'}`,
    );
    return { headers: { ...headers, authorization }, body: sent };
  }
});

it.each(available.filter(({ profile, language }) => profile === 'mysmsgate' && language === 'Python'))(
  'The $language receiver of the $profile document answers 400 if the content type is not JSON',
  async ({ start, path, examples }) => {
    const receiver = await start(secretOf.mysmsgate);
    const [body] = examples[0]!;
    const { headers } = requestOf.mysmsgate(body, secretOf.mysmsgate);
    const plain = { ...headers, 'content-type': 'text/plain' };
    expect((await fetch(receiver.url + path, { method: 'POST', headers: plain, body })).status).toBe(400);
    await receiver.stop();
  },
);

if (missing.length > 0)
  it.skip.each(missing)(
    'the $language receiver of the $profile document: needs PHP, or Python with Flask (and PyJWT for httpSMS)',
    () => undefined,
  );
