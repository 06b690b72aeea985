import { catalogue } from '../../libs/webhooks/src/events/catalogue/catalogue.js';
import { eventExample } from '../../libs/webhooks/src/events/catalogue/event-example.js';
import type { CatalogueEventType } from '../../libs/webhooks/src/events/event-map.js';
import type { WebhookMessage } from '../../libs/webhooks/src/events/message.js';
import { assertRendering } from '../../libs/webhooks/src/testing/profile-kit.js';
import { httpsms } from '../../libs/webhooks/src/profiles/dialects/httpsms.js';
import { mobileTextAlerts } from '../../libs/webhooks/src/profiles/dialects/mobile-text-alerts.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { mysmsgate } from '../../libs/webhooks/src/profiles/dialects/mysmsgate.js';
import { opensms } from '../../libs/webhooks/src/profiles/dialects/opensms.js';
import { builtInProfiles } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { itForAll } from '../support/it-for-all.js';

const message: WebhookMessage = { id: 42, direction: 'out', from: '+18005550199', to: '+18005550100' };
const profiles = [msgine(), opensms(), mysmsgate(), mobileTextAlerts(), httpsms()];

/** How each profile renders an event, in short: the names, and the statuses of MySMSGate and Mobile Text Alerts. */
function rendered(type: CatalogueEventType, change: Partial<WebhookMessage>): string[] {
  const example = eventExample(type);
  const { message: own } = example.data as { message?: WebhookMessage };
  // The example's message may have an error code, which would decide the rendered status. So the constant `message`, which
  // has no error code, replaces the example's message.
  const data = type.startsWith('message.') && own ? { message: { ...message, ...change } } : example.data;
  return profiles.map((profile) =>
    assertRendering(profile, { ...example, data })
      .map(({ type: name, body }) => {
        const { status } = JSON.parse(body) as { status?: unknown };
        return profile.name === 'msgine' || profile.name === 'opensms' || status === undefined
          ? name
          : `${name} ${String(status)}`;
      })
      .join(' + '),
  );
}

/** Type, changes to the message, and what MsGine, OpenSMS, MySMSGate, Mobile Text Alerts and httpSMS get. `''`: nothing. */
const map: [CatalogueEventType, Partial<WebhookMessage>, string, string, string, string, string][] = [
  ['message.queued', {}, '', 'sms.pending', '', 'delivery-status 1', ''],
  ['message.sending', {}, '', '', '', 'delivery-status 2', ''],
  ['message.sent', {}, 'message.sent', '', '', 'message-send + delivery-status 3', 'message.phone.sent'],
  [
    'message.delivered',
    {},
    'message.delivered',
    'sms.delivered',
    'delivery-report delivered',
    'delivery-status 4',
    'message.phone.delivered',
  ],
  [
    'message.failed',
    {},
    'message.failed',
    'sms.failed',
    'delivery-report failed',
    'delivery-status 6',
    'message.send.failed',
  ],
  [
    'message.expired',
    {},
    'message.failed',
    'sms.failed',
    'delivery-report failed',
    'delivery-status 9',
    'message.send.expired',
  ],
  [
    'message.expired',
    { isFinal: true },
    'message.failed',
    'sms.failed',
    'delivery-report failed',
    'delivery-status 9',
    'message.send.expired',
  ],
  ['message.expired', { isFinal: false }, '', '', '', '', 'message.send.expired'],
  ['message.unconfirmed', {}, '', '', '', 'delivery-status 7', ''],
  [
    'message.received',
    { direction: 'in' },
    '',
    '',
    'incoming-sms',
    'message-reply',
    'message.phone.received',
  ],
  ['call.missed', {}, '', '', '', '', 'message.call.missed'],
  ['phone.offline', {}, '', '', '', '', 'phone.heartbeat.offline'],
  ['phone.online', {}, '', '', '', '', 'phone.heartbeat.online'],
  ['number.opted_in', {}, '', '', '', 'number-opt-in', ''],
  ['webhook.test', {}, '', '', '', '', ''],
];

describe('The event map', () => {
  itForAll(map)(
    'renders every event under the name that each platform gives it',
    ([type, change, ...expected]) => {
      expect(rendered(type, change)).toEqual(expected);
    },
  );

  it('has a row for every type of the catalogue', () => {
    expect([...new Set(map.map(([type]) => type))].toSorted()).toEqual(
      catalogue.map(({ name }) => name).toSorted(),
    );
  });

  itForAll([
    [{ errorCode: 'sending_failed' }, 5, 'SENDING_FAILED'],
    [{ errorCode: 'something_else' }, 6, 'UNDELIVERABLE'],
    [{ status: 'rejected' }, 8, 'REJECTED'],
    [{ errorCode: 'rejected' }, 8, 'REJECTED'],
    [{ status: 'undelivered' }, 9, 'UNDELIVERABLE'],
    [{ errorCode: 'invalid_phone_number', status: 'rejected' }, 10, 'INVALID_NUMBER'],
    [{ errorCode: 'opted_out' }, 11, 'STOPPED_NUMBER'],
    [{ errorCode: 'landline' }, 12, 'LANDLINE'],
    [{ errorCode: 'send_rejected' }, 13, 'SEND_REJECTED'],
    [{ errorCode: 'landline', statusCode: 14, statusText: 'CARRIER_SAYS_NO' }, 14, 'CARRIER_SAYS_NO'],
  ] as [Partial<WebhookMessage>, number, string][])(
    'shows the cause of a failure in the status of Mobile Text Alerts and in the text of MySMSGate',
    ([change, code, text]) => {
      const event = eventExample('message.failed', { data: { message: { ...message, ...change } } });

      expect(JSON.parse(mobileTextAlerts().render(event)[0]!.body)).toMatchObject({ status: code });
      expect(JSON.parse(mysmsgate().render(event)[0]!.body)).toMatchObject({ status_text: text });
    },
  );

  itForAll([
    [msgine(), { failureReason: 'Message expired', errorCode: 'expired' }],
    [opensms(), { error: 'Message expired' }],
    [mysmsgate(), { status: 'failed', status_text: 'EXPIRED' }],
  ] as const)("reports an expired message in each platform's words", ([profile, expected]) => {
    const event = eventExample('message.expired', { data: { message } });

    expect(JSON.parse(profile.render(event)[0]!.body)).toMatchObject(expected);
  });

  itForAll([
    [msgine(), 'failureReason', 'Message delivery failed'],
    [opensms(), 'error', 'Message delivery failed'],
    [httpsms(), 'data', expect.objectContaining({ error_message: 'UNKNOWN ERROR' })],
  ] as const)('gives a failure a reason even if the host gives no reason', ([profile, key, reason]) => {
    const event = eventExample('message.failed', { data: { message } });

    expect(JSON.parse(profile.render(event)[0]!.body)).toHaveProperty(key, reason);
  });

  it('sends a host’s own type only in the standard profiles', () => {
    const event = { ...eventExample('webhook.test'), type: 'invoice.paid', data: ['free', { form: null }] };

    const taken = builtInProfiles.filter((profile) => profile.render(event).length > 0);
    expect(taken.map(({ name }) => name)).toEqual(['standard', 'standard-cloudevents']);
  });

  it('names the missing part if the data of a catalogue event has no message', () => {
    const event = eventExample('message.delivered', { data: { msg: message } });

    for (const profile of profiles)
      expect(() => profile.render(event)).toThrow(
        'An event of type message.delivered has no data.message: publish it with data: { message: { … } }.',
      );
  });
});
