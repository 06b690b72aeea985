import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { useEngine } from '../engine/support/engine.js';
import { msgineAcknowledging, msgineAskingForRetries, msgineSkippingDuplicates } from './express/msgine.js';
import { node, type Receiver, type ReceiverSettings } from './receiver.js';
import type { Express } from 'express';

const to = '+256701521269';
const message = { id: 'm1', direction: 'out', from: 'MyApp', to } as const;
const story = (tenantId: string, ...types: ('message.sent' | 'message.delivered')[]) =>
  types.map((type) => ({ ...messageEvent(type, { tenantId, message }), subject: 'm1' }));

/** Each sample that MsGine's document prints below "Webhook Best Practices" is a receiver here. */
describe('A sample receiver from MsGine’s best practices', () => {
  const byEvent = { ...msgine({ idMode: 'event', httpsOnly: false }), name: 'msgine-by-event' };
  const engine = useEngine({ options: { profiles: [msgine({ httpsOnly: false }), byEvent] } });
  let receiver: Receiver;
  afterEach(() => receiver.stop());

  async function register(make: (settings: ReceiverSettings) => Express, profile: string): Promise<void> {
    const { secret } = await engine().webhooks.accounts.secret('acme');
    receiver = await node(make)(secret!);
    const url = `${receiver.url}/webhooks/msgine`;
    await engine().webhooks.endpoints.create('acme', { url, profile, events: ['*'] });
  }

  it('drops `delivered` after `sent` if it skips duplicates by `id`, because both events have the message’s id', async () => {
    await register(msgineSkippingDuplicates, 'msgine');
    await engine().publish(...story('acme', 'message.sent', 'message.delivered'));
    await engine().runOnce();

    expect((await engine().deliveries('acme')).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect(receiver.worked).toEqual(['m1 sent to carrier']);
  });

  it('handles every event once, also a repeated event, if the profile has `idMode: event`', async () => {
    await register(msgineSkippingDuplicates, 'msgine-by-event');
    await engine().publish(...story('acme', 'message.sent', 'message.delivered'));
    await engine().runOnce();
    for (const { id } of await engine().deliveries('acme'))
      await engine().webhooks.deliveries.retry('acme', id);
    await engine().runOnce();

    expect(receiver.worked).toEqual([
      expect.stringMatching(/^evt_\w+ sent to carrier$/),
      expect.stringMatching(/^evt_\w+ delivered to \+256701521269$/),
    ]);
    const sent = await engine().deliveries('acme');
    expect(sent.map(({ attempts }) => attempts.length)).toEqual([2, 2]);
  });

  it('responds with 200 before it handles an event, even if it then fails to handle the event', async () => {
    await register(msgineAcknowledging, 'msgine');
    const headers = { 'content-type': 'application/json' };
    const post = (event: string) =>
      fetch(`${receiver.url}/webhooks/msgine`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ id: 'm0', event }),
      });
    expect((await post('message.unknown')).status).toBe(200);
    await engine().publish(...story('acme', 'message.delivered'));
    await engine().runOnce();
    await receiver.stop();

    expect(receiver.worked).toEqual(['cannot work on message.unknown', `m1 delivered to ${to}`]);
  });

  it('responds with 500 if handling a webhook fails, and gets the webhook again a minute later', async () => {
    let failures = 1;
    const failingOnce = ({ secret, log }: ReceiverSettings): Express =>
      msgineAskingForRetries({
        secret,
        log: (line) => {
          if (failures-- > 0) throw new Error('the database is away');
          log(line);
        },
      });
    await register(failingOnce, 'msgine');
    await engine().publish(...story('acme', 'message.delivered'));
    await engine().runOnce();
    expect(receiver.worked).toEqual([]);
    engine().advance(72_000);
    await engine().runOnce();

    const [delivery] = await engine().deliveries('acme');
    expect(delivery!.attempts.map(({ status }) => status)).toEqual([500, 200]);
    expect(receiver.worked).toEqual([`m1 delivered to ${to}`]);
  });
});
