import * as fc from 'fast-check';
import { eventExample } from '../../libs/webhooks/src/events/catalogue/event-example.js';
import type { WebhookMessage } from '../../libs/webhooks/src/events/message.js';
import { assertRendering } from '../../libs/webhooks/src/testing/profile-kit.js';
import {
  builtInProfiles,
  createProfileRegistry,
} from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';

const profiles = createProfileRegistry();

/** Text that gateways often damage: emoji, quotes, slashes, control characters, line separators, unpaired surrogates. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', "'", '\\', '/', '</script>', '\0', '\u2028', '🎉', '\ud83d', '\udc00', 'é'),
  }),
);

const message: fc.Arbitrary<WebhookMessage> = fc.record(
  {
    id: fc.oneof(text, fc.maxSafeInteger()),
    direction: fc.constantFrom('out' as const, 'in' as const),
    from: text,
    to: text,
    body: text,
    statusText: text,
    errorCode: text,
    errorMessage: text,
    externalId: text,
    providerId: text,
    senderName: text,
    tags: fc.dictionary(text, text),
    attachments: fc.option(fc.array(text)),
    sim: fc.constantFrom(0 as const, 1 as const),
    deviceId: text,
  },
  { requiredKeys: ['id', 'direction', 'from', 'to'] },
);

/** Values as `JSON.parse` returns them. Such a value may have the key `__proto__`. */
const json = fc
  .jsonValue({ noUnicodeString: false, depthSize: 'medium' })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const types = ['message.sent', 'message.delivered', 'message.failed', 'message.received'] as const;

describe('Any message', () => {
  it.each(builtInProfiles)(
    'is rendered as valid UTF-8 and as the same text each time; parsing and serialising do not change that text: $name',
    (profile) => {
      fc.assert(
        fc.property(message, fc.constantFrom(...types), (value, type) => {
          for (const { body } of assertRendering(profile, eventExample(type, { data: { message: value } }))) {
            const received = Buffer.from(body).toString('utf8');
            expect(received).toBe(body);
            expect(JSON.stringify(JSON.parse(received))).toBe(body);
          }
        }),
      );
    },
  );

  it.each([
    ['standard', 'data.message.body'],
    ['standard-cloudevents', 'data.message.body'],
    ['mysmsgate', 'message'],
    ['mobile-text-alerts', 'message'],
    ['httpsms', 'data.content'],
  ])('keeps every character of its text in %s', (name, path) => {
    fc.assert(
      fc.property(text, (body) => {
        const value = { id: 1, direction: 'in', from: '+18005550100', to: '+18005550199', body };
        const [wire] = profiles
          .get(name)!
          .render(eventExample('message.received', { data: { message: value } }));

        expect(JSON.parse(wire!.body)).toHaveProperty(path, body);
      }),
    );
  });
});

describe('Any data of a host’s own type', () => {
  it.each(['standard', 'standard-cloudevents'])('is rendered completely and never makes %s throw', (name) => {
    fc.assert(
      fc.property(json, fc.stringMatching(/^[a-z_]{1,20}(\.[a-z_]{1,20}){0,3}$/), (data, type) => {
        const event = { ...eventExample('webhook.test'), type, data };
        const [wire, ...more] = assertRendering(profiles.get(name)!, event);

        expect(more).toEqual([]);
        expect(wire!.type).toBe(type);
        expect(JSON.stringify((JSON.parse(wire!.body) as { data: unknown }).data)).toBe(JSON.stringify(data));
      }),
    );
  });
});
