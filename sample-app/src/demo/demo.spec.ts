import { WebhooksService } from 'nestjs-sms-webhooks';
import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { type RunningBackend, startBackend } from '../../../test/support/sample-app.js';
import { DEMO_ACCOUNTS } from '../accounts/accounts.service.js';
import { CarrierSimulator } from '../carrier/simulator.js';
import type { Arrival } from './demo-receiver.js';
import { Demo } from './demo.js';

jest.setTimeout(30_000);

/** The webhooks that the demo's messages cause with each profile: all that the profile can express. */
const NAMES: Record<WebhookProfile, string[]> = {
  standard: [
    'call.missed',
    'message.delivered',
    'message.expired',
    'message.failed',
    'message.queued',
    'message.received',
    'message.sending',
    'message.sent',
    'message.unconfirmed',
    'number.opted_in',
    'phone.offline',
    'phone.online',
  ],
  'standard-cloudevents': [
    'call.missed',
    'message.delivered',
    'message.expired',
    'message.failed',
    'message.queued',
    'message.received',
    'message.sending',
    'message.sent',
    'message.unconfirmed',
    'number.opted_in',
    'phone.offline',
    'phone.online',
  ],
  msgine: ['message.delivered', 'message.failed', 'message.sent'],
  opensms: ['sms.delivered', 'sms.failed', 'sms.pending'],
  mysmsgate: ['delivery-report', 'incoming-sms'],
  'mobile-text-alerts': ['delivery-status', 'message-reply', 'message-send', 'number-opt-in'],
  httpsms: [
    'message.call.missed',
    'message.phone.delivered',
    'message.phone.received',
    'message.phone.sent',
    'message.send.expired',
    'message.send.failed',
    'phone.heartbeat.offline',
    'phone.heartbeat.online',
  ],
};

describe('The demo', () => {
  let backend: RunningBackend;
  beforeAll(async () => {
    backend = await startBackend();
  });
  // Each test begins without webhooks.
  afterEach(async () => {
    const { endpoints } = backend.app.get(WebhooksService);
    for (const { id: account } of DEMO_ACCOUNTS)
      for (const { id } of (await endpoints.list(account)).data) await endpoints.delete(account, id);
  });
  afterAll(() => backend.close());

  it.each(Object.entries(NAMES) as [WebhookProfile, string[]][])(
    'as %s: sends every event of the platform, and verifies each webhook',
    async (profile, names) => {
      const arrivals: Arrival[] = [];
      const demo = new Demo(profile, (arrival) => arrivals.push(arrival));
      await demo.listen(0);
      const api = backend.url;
      await demo.register(api);

      await demo.sendMessages(api);
      await backend.app.get(CarrierSimulator).whenIdle();
      await backend.app.get(WebhooksService).runOnce();
      await demo.close();

      expect(arrivals.filter(({ verified }) => !verified)).toEqual([]);
      const types = arrivals.map((arrival) => arrival.verified && (arrival.webhook.type ?? arrival.path));
      expect([...new Set(types)].toSorted()).toEqual(names);
    },
  );

  it('as mysmsgate: fills every field of the platform’s document', async () => {
    const arrivals: Arrival[] = [];
    const demo = new Demo('mysmsgate', (arrival) => arrivals.push(arrival));
    await demo.listen(0);
    const api = backend.url;
    await demo.register(api);

    await demo.sendMessages(api);
    await backend.app.get(CarrierSimulator).whenIdle();
    await backend.app.get(WebhooksService).runOnce();
    await demo.close();

    expect(arrivals.length).toBeGreaterThan(0);
    for (const { body, path } of arrivals) {
      const payload = JSON.parse(body) as Record<string, unknown>;
      expect(Object.keys(payload)).toEqual(
        path.endsWith('incoming-sms')
          ? ['from', 'to', 'message', 'device_id', 'sim_slot', 'timestamp']
          : ['message_id', 'to', 'status', 'status_text', 'device_id', 'sim_slot', 'refunded', 'timestamp'],
      );
      expect(Object.values(payload)).not.toContain('');
    }
  });

  it('reuses the endpoints of an earlier run, and changes their URLs to its new port', async () => {
    const api = backend.url;
    const before = new Demo('mysmsgate');
    await before.listen(0);
    await before.register(api);
    await before.close();
    const arrivals: Arrival[] = [];
    const after = new Demo('mysmsgate', (arrival) => arrivals.push(arrival));
    await after.listen(0);
    await after.register(api);

    const { data } = (await backend.get('/webhooks').expect(200)).body;
    expect(data.map(({ url }: { url: string }) => url).toSorted()).toEqual([
      `${after.url}/hooks/delivery-report`,
      `${after.url}/hooks/incoming-sms`,
    ]);
    await backend
      .post('/carrier/inbound', { from: '+14155550999', to: '+14155550100', message: 'Hi' })
      .expect(201);
    await backend.app.get(WebhooksService).runOnce();
    expect(arrivals).toMatchObject([{ verified: true, path: '/hooks/incoming-sms' }]);
    await after.close();
  });

  it('verifies webhooks and callbacks at any path of its receiver, whatever their profile and account', async () => {
    const arrivals: Arrival[] = [];
    const demo = new Demo('standard', (arrival) => arrivals.push(arrival));
    await demo.listen(0);
    const api = backend.url;
    await demo.register(api);
    const url = (path: string) => `${demo.url}${path}`;
    const events = ['message.received'];
    await backend.post('/webhooks', { url: url('/mine'), events }).expect(201);
    await backend.post('/webhooks', { url: url('/theirs'), events }, 'demo-key-b').expect(201);
    await backend
      .post('/webhooks', { url: url('/httpsms'), events: ['message.phone.received'], profile: 'httpsms' })
      .expect(201);

    const inbound = { from: '+14155550999', message: 'Hi' };
    await backend.post('/carrier/inbound', { ...inbound, to: '+14155550100' }).expect(201);
    await backend.post('/carrier/inbound', { ...inbound, to: '+14155550200' }, 'demo-key-b').expect(201);
    const sms = { to: '+99900001', message: 'Hello', callbackUrl: url('/callback') };
    await backend.post('/messages/sms', sms).expect(201);
    await backend.app.get(WebhooksService).runOnce();

    expect(arrivals.filter(({ verified }) => !verified)).toEqual([]);
    expect(arrivals.map(({ path }) => path).toSorted()).toEqual([
      '/callback',
      '/hooks/all',
      '/httpsms',
      '/mine',
      '/theirs',
    ]);
    await demo.close();
  });

  it('rejects a wrong signature', async () => {
    const arrivals: Arrival[] = [];
    const demo = new Demo('standard', (arrival) => arrivals.push(arrival));
    await demo.listen(0);
    await demo.register(backend.url);
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': 'v1,AAAA',
    };
    const { status } = await fetch(`${demo.url}/hooks/all`, { method: 'POST', headers, body: '{}' });
    expect(status).toBe(401);
    expect(arrivals).toMatchObject([
      { verified: false, reason: expect.stringMatching(/^signature-mismatch: /) },
    ]);
    await demo.close();
  });
});
