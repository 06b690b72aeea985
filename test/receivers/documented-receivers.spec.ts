import { verifyWebhook } from 'nestjs-sms-webhooks-receiver';
import { documentedReceivers } from './documented-receivers.js';
import type { Receiver } from './receiver.js';
import { requestOf, secretOf, type SignedRequest } from './signed-request.js';

const available = documentedReceivers.filter((receiver) => receiver.available);
const missing = documentedReceivers.filter((receiver) => !receiver.available);

describe.each(available)('the $language receiver of the $profile document', (documented) => {
  const { profile, path, answer, examples } = documented;
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

  it.each(examples)('accepts %s', async (example, line) => {
    const request = requestOf[profile](example, secret);
    expect(await post(request)).toEqual([200, answer]);
    await receiver.stop();
    expect(receiver.worked).toEqual(line === null ? [] : [line]);
    expect(verifyWebhook({ profile, ...request, secrets: secret }).payload).toEqual(JSON.parse(example));
  });

  it('refuses a tampered request, another secret and none, and works on nothing', async () => {
    const { 'content-type': type } = good.headers;
    const refused = [
      tampered(good),
      requestOf[profile](body, `${secret}x`),
      { headers: { 'content-type': type! }, body },
    ];
    for (const request of refused) {
      expect((await post(request))[0]).toBe(401);
      expect(() => verifyWebhook({ profile, ...request, secrets: secret })).toThrow();
    }
    await receiver.stop();
    expect(receiver.worked).toEqual([]);
  });

  /** One letter of what the signature covers: of the body, or of the token where it covers that alone. */
  function tampered({ headers, body: sent }: SignedRequest): SignedRequest {
    if (profile !== 'httpsms') return { headers, body: sent.replace('+1', '+3').replace('+25', '+35') };
    const authorization = headers.authorization!.replace(
      /\.(.)/,
      (_dot, letter) => `.${letter === 'A' ? 'B' : 'A'}`,
    );
    return { headers: { ...headers, authorization }, body: sent };
  }
});

it('the MsGine receiver works on a repeated webhook once, and on each event of a message', async () => {
  const { start, path, examples } = documentedReceivers.find(({ profile }) => profile === 'msgine')!;
  const receiver = await start(secretOf.msgine);
  for (const [body] of [examples[0]!, examples[1]!, examples[1]!, examples[0]!]) {
    const { headers } = requestOf.msgine(body, secretOf.msgine);
    expect((await fetch(receiver.url + path, { method: 'POST', headers, body })).status).toBe(200);
  }
  await receiver.stop();
  expect(receiver.worked).toEqual([examples[0]![1], examples[1]![1]]);
});

it('the MsGine receiver asks for a retry where its work fails', async () => {
  const { start, path } = documentedReceivers.find(({ profile }) => profile === 'msgine')!;
  const receiver = await start(secretOf.msgine);
  const { headers, body } = requestOf.msgine('{"id":"msg_1","event":"message.unheard-of"}', secretOf.msgine);
  for (let time = 1; time <= 2; time += 1)
    expect((await fetch(receiver.url + path, { method: 'POST', headers, body })).status).toBe(500);
  await receiver.stop();
});

it.each(available.filter(({ profile, language }) => profile === 'mysmsgate' && language === 'Python'))(
  'the $language receiver of the $profile document wants JSON by content type',
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
    'the $language receiver of the $profile document: no interpreter here',
    () => undefined,
  );
