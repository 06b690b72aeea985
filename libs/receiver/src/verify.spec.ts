import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { refusalOf } from '../../../test/receivers/refusal-of.js';
import { bodyOf, requestOf, secretOf } from '../../../test/receivers/signed-request.js';
import type { WebhookProfile } from './profiles.js';
import { verifyWebhook } from './verify.js';
import { itForAll } from '../../../test/support/it-for-all.js';

const profiles = Object.keys(bodyOf) as WebhookProfile[];
const signed = (profile: WebhookProfile, body = bodyOf[profile]) =>
  requestOf[profile](body, secretOf[profile]);
const verify = (profile: WebhookProfile, changes: object = {}) =>
  verifyWebhook({ profile, ...signed(profile), secrets: secretOf[profile], ...changes });
const refusal = (profile: WebhookProfile, changes: object) => refusalOf(() => verify(profile, changes));

describe.each(profiles)('%s', (profile) => {
  const body = bodyOf[profile];

  itForAll([
    ['text', body],
    ['a Buffer', Buffer.from(body)],
    ['a Uint8Array', new TextEncoder().encode(body)],
    ['a view into a larger buffer', new Uint8Array(Buffer.from(`xx${body}yy`)).subarray(2, -2)],
    ['an ArrayBuffer', new Uint8Array(Buffer.from(body)).buffer],
  ])('accepts the body in each form of raw bytes', ([, form]) => {
    expect(verify(profile, { body: form }).payload).toEqual(JSON.parse(body));
  });

  itForAll([
    ['a parsed object', JSON.parse(body)],
    ['nothing', undefined],
    ['null', null],
    ['a number', 1],
    ['a list', [1]],
  ])('refuses a body that is not raw and says why', ([, form]) => {
    const refused = refusal(profile, { body: form });
    expect(refused).toMatchObject({ reason: 'body-not-raw', status: 500, profile });
    expect(refused.message).toMatch(/exact bytes.*express\.raw\(\)/);
  });

  it('accepts headers of Node and of the Fetch API, with names in upper and lower case', () => {
    const { headers } = signed(profile);
    const upper = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const message = new IncomingMessage(new Socket());
    Object.assign(message.headers, headers);
    for (const form of [
      headers,
      upper,
      message.headers,
      new Headers(headers),
      new Map(Object.entries(headers)),
    ])
      expect(verify(profile, { headers: form }).profile).toBe(profile);
  });

  it('refuses a header that came twice', () => {
    const { headers } = signed(profile);
    const twice = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value, value]]));
    expect(refusal(profile, { headers: twice }).reason).toBe('malformed-header');
  });

  itForAll([[undefined], [null], [''], ['  '], [[]], [['', '']], [[undefined]]])(
    'refuses secrets that are empty',
    ([secrets]) => {
      expect(refusal(profile, { secrets })).toMatchObject({ reason: 'no-secret', status: 500 });
    },
  );

  itForAll([[1], [[{}]], [Buffer.from('secret')]])('refuses secrets of another type', (secrets) => {
    expect(refusal(profile, { secrets })).toMatchObject({ reason: 'bad-secret', status: 500 });
  });

  itForAll(['', 'null', '7', '"text"', '[]', '{"a":', '\u{feff}', '{}{}'])(
    'refuses signed bodies that are not a JSON object',
    (junk) => {
      // `signed` reads the type of an httpSMS body, so it cannot sign junk. The token does not cover the body anyway.
      const { headers } = profile === 'httpsms' ? signed(profile) : signed(profile, junk);
      expect(refusal(profile, { headers, body: junk })).toMatchObject({
        reason: 'malformed-body',
        status: 400,
      });
    },
  );

  itForAll([undefined, null, 7])('refuses headers of another type', (headers) => {
    expect(refusal(profile, { headers }).reason).toBe('bad-option');
  });

  itForAll([null, Number.NaN, '0', new Date()])('refuses a time that is not a finite number', (now) => {
    expect(refusal(profile, { now }).reason).toBe('bad-option');
  });
});

itForAll([
  ['msgine', (n) => `{"id":${n},"event":"message.sent"}`],
  ['opensms', (n) => `{"message_id":${n},"event":"sms.failed"}`],
  ['mysmsgate', (n) => `{"message_id":${n},"status":"delivered"}`],
  ['mobile-text-alerts', (n) => `{"messageId":${n},"toNumber":"+15550100","status":4}`],
  ['mobile-text-alerts', (n) => `{"messageId":${n},"toNumber":"+15550100"}`],
  ['mobile-text-alerts', (n) => `{"messageId":"m","toNumber":${n},"status":4}`],
  ['mobile-text-alerts', (n) => `{"messageId":"m","destinationNumber":${n},"status":4}`],
  ['mobile-text-alerts', (n) => `{"messageId":"m","status":${n}}`],
  ['mobile-text-alerts', (n) => `{"replyId":${n}}`],
  ['httpsms', (n) => `{"id":${n},"type":"message.phone.sent"}`],
] as [WebhookProfile, (number: string) => string][])(
  'gives different ids to events with different numeric ids, even if JSON.parse rounds these to the same number',
  ([profile, write]) => {
    const idOf = (number: string) => verify(profile, signed(profile, write(number))).id;
    for (const numbers of [
      ['1789012345678901234', '1789012345678901235'],
      ['9007199254740992', '9007199254740993'],
      ['-9007199254740993', '-9007199254740992'],
      ['1e400', '2e400'],
      ['0.10000000000000000001', '0.10000000000000000002'],
    ]) {
      const [first, second] = numbers as [string, string];
      expect(idOf(first)).not.toBe(idOf(second));
      expect(idOf(first)).toBe(idOf(first));
    }
    expect(idOf('9007199254740991')).toContain('9007199254740991');
  },
);

it('refuses bytes that are not UTF-8, even if they are signed correctly', () => {
  const body = Buffer.from('{"id":"\xff"}', 'latin1');
  const { headers } = requestOf.msgine(body as unknown as string, secretOf.msgine);
  expect(refusal('msgine', { headers, body }).reason).toBe('malformed-body');
});

itForAll([undefined, null, 'twilio', '__proto__', 'toString', 7])(
  'refuses profiles that do not exist',
  (profile) => {
    const work = () => verifyWebhook({ ...signed('msgine'), secrets: 's', profile: profile as 'msgine' });
    expect(refusalOf(work)).toMatchObject({ reason: 'bad-option', profile: null, status: 500 });
  },
);

itForAll([undefined, null, 'x'])('refuses to be called without options', (options) => {
  expect(refusalOf(() => verifyWebhook(options as never)).reason).toBe('bad-option');
});

it('gives the status 401 if the signature is missing or does not match', () => {
  expect(refusal('msgine', { headers: {} })).toMatchObject({ reason: 'missing-header', status: 401 });
  expect(refusal('msgine', { secrets: 'other' })).toMatchObject({
    reason: 'signature-mismatch',
    status: 401,
  });
});

describe('the id, which identifies the event in a dedupe store', () => {
  const idOf = (profile: WebhookProfile, payload: object) =>
    verify(profile, { ...signed(profile, JSON.stringify(payload)) });

  itForAll<[WebhookProfile, object, string | RegExp, string | null]>([
    ['standard', { type: 'message.sent' }, 'evt_1', 'message.sent'],
    ['standard', { hello: 1 }, 'evt_1', null],
    ['msgine', { id: 'msg_1', event: 'message.sent' }, 'msg_1:message.sent', 'message.sent'],
    ['msgine', { id: 'msg_1', event: 'message.delivered' }, 'msg_1:message.delivered', 'message.delivered'],
    ['msgine', { hello: 1 }, /^sha256:[0-9a-f]{64}$/, null],
    ['opensms', { message_id: 'msg_1', event: 'sms.failed' }, 'msg_1:sms.failed', 'sms.failed'],
    ['mysmsgate', { message_id: 'm1', status: 'failed' }, 'm1:failed', 'delivery-report'],
    ['mysmsgate', { from: '+1', message: 'hi' }, /^sha256:/, 'incoming-sms'],
    ['mysmsgate', { hello: 1 }, /^sha256:/, null],
    ['mobile-text-alerts', { messageId: 7, status: 4, toNumber: '+1' }, '7:+1:4', 'delivery-status'],
    ['mobile-text-alerts', { messageId: 7, status: 4, toNumber: '+2' }, '7:+2:4', 'delivery-status'],
    ['mobile-text-alerts', { messageId: 7, status: 3, destinationNumber: '5' }, '7:5:3', 'delivery-status'],
    ['mobile-text-alerts', { messageId: 'm', status: 3 }, 'm:-:3', 'delivery-status'],
    ['mobile-text-alerts', { messageId: 7, toNumber: '+1', message: 'x' }, '7:+1:send', 'message-send'],
    ['mobile-text-alerts', { replyId: 'r1', message: 'STOP' }, 'reply:r1', 'message-reply'],
    ['mobile-text-alerts', { optInType: 'sms', fromNumber: '+1' }, /^sha256:/, 'number-opt-in'],
    ['mobile-text-alerts', { type: 'other' }, /^sha256:/, 'other'],
    ['httpsms', { id: 'uuid-1', type: 'message.phone.sent' }, 'uuid-1', 'message.phone.sent'],
  ])(
    'is what the profile defines: a header, fields of the payload, or else a digest of the body',
    ([profile, payload, id, type]) => {
      const webhook = idOf(profile, payload);
      expect(webhook.id).toEqual(typeof id === 'string' ? id : expect.stringMatching(id));
      expect(webhook.type).toBe(type);
    },
  );

  it('is the same for the same bytes and differs for other bytes, if the payload contains no id', () => {
    const [one, two] = [{ hello: 1 }, { hello: 2 }].map((payload) => idOf('msgine', payload).id);
    expect(one).not.toBe(two);
    expect(one).toBe(idOf('msgine', { hello: 1 }).id);
  });
});

it('gives the payload the TypeScript type of the profile, and accepts only the options of that profile', () => {
  const request = { ...signed('msgine'), secrets: secretOf.msgine };
  const { event } = verifyWebhook({ profile: 'msgine', ...request }).payload;
  const known: 'message.sent' | 'message.delivered' | 'message.failed' = event;
  expect(known).toBe('message.delivered');
  // @ts-expect-error MsGine signs no time.
  verifyWebhook({ profile: 'msgine', ...request, toleranceSeconds: 5 });
  // @ts-expect-error Only httpSMS has an audience.
  verifyWebhook({ profile: 'msgine', ...request, audience: 'https://example.com/hook' });
});
