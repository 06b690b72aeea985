import { verifyWebhook, type VerifyOptions, type WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import type { WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import type { WebhookMessage } from '../../libs/webhooks/src/events/message.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { builtInProfiles } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { useEngine } from '../engine/support/engine.js';
import { answer, inSequence } from '../engine/support/receiver.js';

const message: WebhookMessage = { id: 'm1', direction: 'out', from: 'MyApp', to: '+256701521269' };

/** Four events of one message with a `callbackUrl`. MsGine has names for the last three. */
const story = (tenantId: string, callbackUrl: string) => [
  messageEvent('message.queued', { tenantId, callbackUrl, message }),
  messageEvent('message.sent', { tenantId, callbackUrl, message }),
  messageEvent('message.delivered', { tenantId, callbackUrl, message }),
  messageEvent('message.failed', { tenantId, callbackUrl, message }),
];

describe('A callbackUrl, if the default profile is msgine', () => {
  const heard: WebhookAlert[] = [];
  const engine = useEngine({
    options: {
      profile: 'msgine',
      profiles: [msgine({ httpsOnly: false })],
      alerts: { channels: [callbackChannel((alert) => heard.push(alert))] },
    },
  });

  it('gets every event of its profile, even events that no endpoint of the tenant subscribes to', async () => {
    await engine().endpoint('acme', '/hooks', { events: ['message.failed'] });
    await engine().publish(...story('acme', engine().receiver.url('/callback')));
    await engine().runOnce();
    const { secret } = await engine().webhooks.accounts.secret('acme');
    const events = engine().receiver.arrivals.map(({ path, headers, body }) => {
      const { payload } = verifyWebhook({
        profile: 'msgine',
        headers,
        body: Buffer.from(body),
        secrets: secret!,
      });
      return `${path} ${payload.event}`;
    });
    expect(events).toEqual([
      '/callback message.sent',
      '/callback message.delivered',
      '/callback message.failed',
    ]);
  });

  it('gets no request, and its delivery is discarded, if the profile does not have the event', async () => {
    const callbackUrl = engine().receiver.url('/callback');
    await engine().publish(messageEvent('message.queued', { tenantId: 'acme', callbackUrl, message }));
    await engine().runOnce();
    expect(engine().receiver.arrivals).toEqual([]);
    const lost = { state: 'discarded', reason: 'profile-cannot-express', url: callbackUrl, attemptCount: 0 };
    const { deliveries, subjects } = engine().webhooks;
    const { data } = await deliveries.list('acme', { states: ['discarded'] });
    expect(data).toMatchObject([{ ...lost, endpointId: null, wireType: 'message.queued' }]);
    expect((await subjects.list('acme', 'm1')).data).toMatchObject([{ deliveries: [lost] }]);
    await expect(deliveries.retry('acme', data[0]!.id)).rejects.toMatchObject({
      code: 'delivery_not_rendered',
      message: expect.stringContaining('no request for this type'),
    });
  });

  it('gets retries on the schedule of its profile, with the same bytes, and each attempt is in the log', async () => {
    engine().receiver.on('/callback', inSequence(answer(404), answer(200)));
    const callbackUrl = engine().receiver.url('/callback');
    await engine().publish(messageEvent('message.sent', { tenantId: 'acme', callbackUrl, message }));
    await engine().runOnce();
    engine().advance(59_000);
    await expect(engine().runOnce()).resolves.toMatchObject({ claimed: 0 });
    engine().advance(15_000);
    await engine().runOnce();
    const [first, second] = engine().receiver.at('/callback');
    expect(second!.body).toBe(first!.body);
    expect(await engine().deliveries('acme')).toMatchObject([
      {
        state: 'delivered',
        url: callbackUrl,
        endpointId: null,
        attempts: [{ status: 404 }, { status: 200 }],
      },
    ]);
  });

  it('is reported to the account when it has failed six times', async () => {
    await engine().webhooks.accounts.update('acme', { alertEmail: 'account@example.com' });
    engine().receiver.on('/callback', answer(500));
    const callbackUrl = engine().receiver.url('/callback');
    await engine().publish(messageEvent('message.sent', { tenantId: 'acme', callbackUrl, message }));
    for (let attempt = 1; attempt <= 6; attempt++) {
      expect(heard).toEqual([]);
      await engine().runOnce();
      engine().advance(8 * 3_600_000);
    }
    expect(heard).toMatchObject([
      {
        kind: 'delivery.exhausted',
        email: 'account@example.com',
        endpointId: null,
        origin: new URL(callbackUrl).origin,
        data: { attempt: 6 },
      },
    ]);
  });
});

describe('A callbackUrl over http, if the default profile accepts only https', () => {
  const engine = useEngine({ options: { profile: 'msgine' } });

  it('is refused by assertCallbackUrl(), and a delivery to it is discarded as url-refused', async () => {
    const url = engine().receiver.url('/callback');
    expect(() => engine().webhooks.assertCallbackUrl(url)).toThrow('https://');
    expect(() => engine().webhooks.assertCallbackUrl('https://example.com/callback')).not.toThrow();
    await engine().publish(messageEvent('message.sent', { tenantId: 'acme', callbackUrl: url, message }));
    await engine().runOnce();
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'discarded', reason: 'url-refused', attemptCount: 0 },
    ]);
  });

  it('is refused again at a manual retry', async () => {
    const callbackUrl = engine().receiver.url('/callback');
    await engine().publish(messageEvent('message.sent', { tenantId: 'acme', callbackUrl, message }));
    await engine().runOnce();
    const [refused] = await engine().deliveries('acme');
    await engine().webhooks.deliveries.retry('acme', refused!.id);
    await engine().runOnce();
    expect(await engine().deliveries('acme')).toMatchObject([{ state: 'discarded', reason: 'url-refused' }]);
    expect(engine().receiver.arrivals).toEqual([]);
  });
});

describe('A callbackUrl of an account', () => {
  const engine = useEngine({ options: { profiles: [msgine({ httpsOnly: false })] } });

  it.each(builtInProfiles.map(({ name }) => name as WebhookProfile))(
    'gets requests in the account’s default profile %s, signed with the account’s secret',
    async (profile) => {
      await engine().webhooks.accounts.update('acme', { defaultProfile: profile });
      const url = engine().receiver.url('/callback');
      await engine().publish(...story('acme', url));
      await engine().runOnce();

      const { secret } = await engine().webhooks.accounts.secret('acme');
      const { arrivals } = engine().receiver;
      expect(arrivals.length).toBeGreaterThan(0);
      for (const { headers, body } of arrivals) {
        const request = { profile, headers, body: Buffer.from(body) };
        const token = profile === 'httpsms' ? { audience: url } : {};
        expect(() =>
          verifyWebhook({ ...request, ...token, secrets: secret! } as VerifyOptions),
        ).not.toThrow();
        expect(() =>
          verifyWebhook({ ...request, secrets: `whsec_${'A'.repeat(32)}` } as VerifyOptions),
        ).toThrow(expect.objectContaining({ reason: 'signature-mismatch' }));
      }
    },
  );
});
