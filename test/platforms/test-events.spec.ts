import { verifyWebhook, type VerifyOptions, type WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

const SECRET = 'abc123-abc2-cde1-1234-xyz123456';

describe('A test event, over REST and through the whole engine,', () => {
  let host: WebhooksHost;
  let receiver: Receiver;
  let accounts = 0;

  beforeAll(async () => {
    host = await startHost({ options: { role: 'all', profiles: [msgine({ httpsOnly: false })] } });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
  });
  beforeEach(() => void (receiver.received.length = 0));

  it.each<[WebhookProfile, string, string, object, object?]>([
    ['standard', '*', 'webhook.test', { type: 'webhook.test' }],
    ['standard-cloudevents', '*', 'webhook.test', { type: 'webhook.test' }],
    ['msgine', '*', 'message.delivered', { event: 'message.delivered', id: fake() }],
    ['opensms', '*', 'sms.delivered', { event: 'sms.delivered', message_id: fake() }, { secret: SECRET }],
    [
      'mysmsgate',
      'incoming-sms',
      'incoming-sms',
      { from: '+18005550100', message: 'This is a test reply', device_id: fake('device') },
    ],
    [
      'mysmsgate',
      'delivery-report',
      'delivery-report',
      { message_id: fake(), status: 'delivered', device_id: fake('device') },
    ],
    ['mobile-text-alerts', 'message-reply', 'message-reply', { replyId: fake() }, { secret: SECRET }],
    ['mobile-text-alerts', 'delivery-status', 'delivery-status', { messageId: fake() }, { secret: SECRET }],
    ['mobile-text-alerts', 'message-send', 'message-send', { messageId: fake() }, { secret: SECRET }],
    ['mobile-text-alerts', 'number-opt-in', 'number-opt-in', { optInType: 'keyword' }, { secret: SECRET }],
    ['httpsms', '*', 'message.phone.received', { data: fakeData() }, { secret: SECRET }],
  ])(
    'of the profile %s to an endpoint that subscribes to %s has the type %s, and is signed, plainly fake, and in the log as a test',
    async (profile, event, wireType, mark, own = {}) => {
      const account = host.as(`account-${++accounts}`);
      const registration = { url: receiver.url, profile, events: [event], ...own };
      const { body: endpoint } = await account.post('/webhooks', registration).expect(201);
      const { body: revealed } = await account.get('/webhooks/account/secret').expect(200);
      const test = async () =>
        (await account.post(`/webhooks/${endpoint.id}/test?wait=10000`, {}).expect(202)).body;

      const first = await test();
      await test();

      expect(first.delivery).toMatchObject({ wireType, state: 'delivered', event: { test: true } });
      const { body: log } = await account.get('/webhooks/deliveries?test=true').expect(200);
      expect(log.data).toHaveLength(2);
      const [one, other] = receiver.received.map(({ headers, body }) => {
        const secrets = endpoint.secret ?? revealed.secret;
        return verifyWebhook({ profile, headers, body: Buffer.from(body), secrets } as VerifyOptions);
      });
      expect(one!.payload).toMatchObject(mark);
      // Two test events have different ids, so receivers that drop duplicates accept both. Payloads of `incoming-sms` and
      // `number-opt-in` have no id, so the receiver's library identifies them by a digest of the body.
      if (!['incoming-sms', 'number-opt-in'].includes(wireType)) expect(other!.id).not.toBe(one!.id);
    },
  );
});

function fake(kind = 'msg'): unknown {
  return expect.stringMatching(new RegExp(`^${kind}_test_`));
}

function fakeData(): unknown {
  return expect.objectContaining({ message_id: fake() });
}
