import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { defineProfile, type Profile } from '../../libs/webhooks/src/profiles/profile.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';
import { delivered, useEngine } from './support/engine.js';
import { Webhook } from 'standardwebhooks';
import { answer } from './support/receiver.js';

const about = (message: object) => ({ data: { message: { id: 'm1', ...message } } }) as never;

describe('An event', () => {
  const engine = useEngine({ options: { checkEventData: false, profiles: [msgine({ httpsOnly: false })] } });

  const arrivedAt = () =>
    engine()
      .receiver.arrivals.map(({ path }) => path)
      .toSorted();

  it('goes to all of the tenant’s endpoints that subscribe to its type, with the same id', async () => {
    await engine().endpoint('acme', '/all', { events: ['*'] });
    await engine().endpoint('acme', '/group', { events: ['message.*'] });
    await engine().endpoint('acme', '/exact', { events: ['message.delivered'] });
    await engine().endpoint('acme', '/other', { events: ['message.failed', 'phone.*'] });
    await engine().endpoint('umbrella', '/foreign');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    expect(arrivedAt()).toEqual(['/all', '/exact', '/group']);
    expect(new Set(engine().receiver.arrivals.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('is matched by the account’s own number if an endpoint filters by numbers', async () => {
    const own = '+18005550199';
    const { first } = engine();
    await engine().endpoint('acme', '/own', { phoneNumbers: [own] });
    await engine().endpoint('acme', '/other', { phoneNumbers: ['+18005550100'] });
    const publish = async (type: string, data: never) => {
      await engine().publish(delivered('acme', 'm1', { type: type as never, ...(data as object) }));
      await first.webhooks.runOnce();
      const seen = arrivedAt();
      engine().receiver.arrivals.length = 0;
      return seen;
    };
    const customer = '+256701521269';
    expect(await publish('message.sent', about({ direction: 'out', from: own, to: customer }))).toEqual([
      '/own',
    ]);
    expect(await publish('message.received', about({ direction: 'in', from: customer, to: own }))).toEqual([
      '/own',
    ]);
    expect(await publish('message.sent', about({ direction: 'out', from: customer, to: own }))).toEqual([]);
    const phone = { id: 'p1', number: own, monitorId: 'x', lastHeartbeatAt: 0 };
    expect(await publish('phone.offline', { data: { phone } } as never)).toEqual(['/own']);
    // An event without a number matches no filter.
    expect(await publish('webhook.test', { data: { message: 'hello' } } as never)).toEqual([]);
  });

  it('creates no delivery for an endpoint whose profile cannot express it', async () => {
    await engine().endpoint('acme', '/msgine', { profile: 'msgine', events: ['message.delivered'] });
    await engine().endpoint('acme', '/standard');
    await engine().publish(delivered('acme', 'm1', { type: 'message.queued' as never }));
    await engine().runOnce();
    expect(arrivedAt()).toEqual(['/standard']);
    expect(await engine().count('$deliveries')).toBe(1);
  });

  it('is sent to each endpoint in that endpoint’s profile', async () => {
    await engine().endpoint('acme', '/msgine', { profile: 'msgine', events: ['message.delivered'] });
    await engine().endpoint('acme', '/standard');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    const [flat] = engine().receiver.at('/msgine');
    const [enveloped] = engine().receiver.at('/standard');
    expect(JSON.parse(flat!.body)).toMatchObject({ event: 'message.delivered', messageId: 'm1' });
    expect(flat!.headers).toHaveProperty('x-msgine-signature');
    expect(JSON.parse(enveloped!.body)).toMatchObject({ type: 'message.delivered' });
    expect(enveloped!.headers).not.toHaveProperty('x-msgine-signature');
  });

  it('without any endpoint is relayed and creates no delivery', async () => {
    await engine().publish(delivered('nobody', 'm1'));
    await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 1, claimed: 0 });
    expect(await engine().count('$unrelayed')).toBe(0);
    expect(await engine().count('$deliveries')).toBe(0);
  });
});

/** `standard`, except for how it renders `host.broken`. */
const broken = (name: string, render: Profile['render']): Profile =>
  defineProfile({
    ...standard(),
    name,
    render: (event) => (event.type === 'host.broken' ? render(event) : standard().render(event)),
  });

const event = (subject: string, fields = {}) =>
  delivered('acme', subject, { type: 'host.broken' as never, ...fields });

describe('A profile that fails to render', () => {
  const engine = useEngine({
    options: {
      allowUnknownEventTypes: true,
      profiles: [
        broken('throws', () => {
          throw new Error('no such field');
        }),
        broken('no-list', () => undefined as never),
        broken('no-body', ({ type }) => [{ type, body: undefined as never }]),
        broken('bytes', ({ type }) => [{ type, body: Buffer.from('x') as never }]),
        broken('nul', ({ type }) => [{ type, body: 'a\0b' }]),
        broken('half-pair', ({ type }) => [{ type, body: '\ud800' }]),
        broken('no-type', () => [{ type: '', body: '{}' }]),
        broken('long-type', () => [{ type: 'x'.repeat(129), body: '{}' }]),
        broken('half-good', ({ type }) => [{ type, body: '{}' }, null as never]),
      ],
    },
  });

  it.each(['throws', 'no-list', 'no-body', 'bytes', 'nul', 'half-pair', 'no-type', 'long-type', 'half-good'])(
    '(%s) ends its deliveries with a reason; all other deliveries of the batch are sent',
    async (profile) => {
      await engine().endpoint('acme', '/broken', { profile });
      await engine().endpoint('acme', '/fine');
      await engine().publish(...Array.from({ length: 20 }, (_, i) => event(`m${i}`)));
      await engine().publish(delivered('umbrella', 'm1'));
      await engine().runOnce();
      expect(engine().receiver.at('/fine')).toHaveLength(20);
      expect(engine().receiver.at('/broken')).toEqual([]);
      const ends = await engine().query(
        'select state, reason, count(*)::int as deliveries from $deliveries group by 1, 2 order by 1',
      );
      expect(ends).toEqual([
        { state: 'delivered', reason: null, deliveries: 20 },
        { state: 'discarded', reason: 'render-failed', deliveries: 20 },
      ]);
      expect(engine().log.errors).toContainEqual(
        expect.stringMatching(`Profile "${profile}" failed to render event \\d+ \\(host.broken\\)`),
      );
      engine().log.errors.length = 0;
    },
  );

  it('leaves nothing to send again: a retry is refused, and a recovery skips the delivery', async () => {
    const { id } = await engine().endpoint('acme', '/broken', { profile: 'throws' });
    await engine().publish(event('m1'));
    await engine().runOnce();
    engine().log.errors.length = 0;
    const { deliveries, endpoints } = engine().webhooks;
    const [delivery] = await engine().deliveries('acme');
    await expect(deliveries.retry('acme', delivery!.id)).rejects.toMatchObject({
      code: 'delivery_not_rendered',
    });
    const recovery = await endpoints.recover('acme', id, { since: '2020-01-01' });
    expect(recovery).toMatchObject({ matched: 0, recovered: 0 });
    await engine().runOnce();
    expect(engine().receiver.at('/broken')).toEqual([]);
  });

  it('does not affect an event whose callback takes the place of the endpoints', async () => {
    const fine = engine().receiver.url('/callback');
    await engine().endpoint('acme', '/broken', { profile: 'throws' });
    await engine().publish(event('m1', { callbackUrl: fine }));
    await engine().runOnce();
    expect(engine().receiver.at('/callback')).toHaveLength(1);
    expect(await engine().count('$deliveries')).toBe(1);
    engine().log.errors.length = 0;
  });
});

const MINUTE = 60_000;

describe('A callback URL', () => {
  const engine = useEngine();

  const withCallback = (callbackUrl: string, subject = 'm1', tenantId = 'acme') =>
    delivered(tenantId, subject, { callbackUrl });

  it('takes the place of the tenant’s endpoints for its event', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().publish(withCallback(engine().receiver.url('/callback?id=7')), delivered('acme', 'm2'));
    await engine().runOnce();
    expect(engine().receiver.at('/callback?id=7')).toHaveLength(1);
    expect(engine().receiver.at('/hooks')).toHaveLength(1);
    expect(engine().receiver.at('/hooks')[0]!.body).toContain('"m2"');
  });

  it('is signed with the account’s secret, which is created when it is first needed', async () => {
    await engine().publish(withCallback(engine().receiver.url('/callback')));
    await engine().runOnce();
    const { secret } = await engine().webhooks.accounts.secret('acme');
    const [arrival] = engine().receiver.arrivals;
    const headers = arrival!.headers as Record<string, string>;
    expect(() => new Webhook(secret!).verify(arrival!.body, headers)).not.toThrow();
  });

  it('needs no endpoint and keeps its URL through retries', async () => {
    engine().receiver.on('/callback', answer(500));
    await engine().publish(withCallback(engine().receiver.url('/callback')));
    await engine().runOnce();
    engine().receiver.on('/callback', answer(200));
    engine().advance(MINUTE);
    await engine().runOnce();
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'delivered', attemptCount: 2, endpointId: null, url: engine().receiver.url('/callback') },
    ]);
  });

  it('keeps the profile in which its body was rendered, even if the account chooses another profile before the retry', async () => {
    engine().receiver.on('/callback', answer(500));
    await engine().publish(withCallback(engine().receiver.url('/callback')));
    await engine().runOnce();
    await engine().webhooks.accounts.update('acme', { defaultProfile: 'opensms' });
    engine().receiver.on('/callback', answer(200));
    engine().advance(MINUTE);
    await engine().runOnce();
    await engine().publish(withCallback(engine().receiver.url('/callback'), 'm2'));
    await engine().runOnce();

    const [first, retry, next] = engine().receiver.arrivals;
    expect(retry!.headers).toHaveProperty('webhook-signature');
    expect(retry!.headers).not.toHaveProperty('x-opensms-signature');
    expect(retry!.body).toEqual(first!.body);
    expect(next!.headers).toHaveProperty('x-opensms-signature');
  });

  it.each([
    ['no URL', 'not a url'],
    ['another scheme', 'ftp://example.com/x'],
    ['a private address', 'http://192.168.0.1/x'],
    ['the metadata service', 'http://169.254.169.254/latest'],
    ['credentials', 'https://user:password@example.com/'],
    ['3,000 characters', `https://example.com/${'x'.repeat(3000)}`],
  ])('that is bad (%s) causes a discarded delivery with a reason, and no request', async (_, url) => {
    await engine().publish(withCallback(url));
    await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 1 });
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'discarded', reason: 'url-refused', attemptCount: 0 },
    ]);
    expect(engine().receiver.arrivals).toEqual([]);
  });

  it('that is bad affects no other event of the batch', async () => {
    await engine().publish(
      withCallback('http://\0', 'bad'),
      withCallback(engine().receiver.url('/callback'), 'good'),
    );
    await engine().runOnce();
    expect(engine().receiver.at('/callback')).toHaveLength(1);
  });

  it('has a lane for each tenant and origin, whatever the path', async () => {
    const { receiver } = engine();
    await engine().publish(
      withCallback(receiver.url('/a')),
      withCallback(receiver.url('/b')),
      withCallback(receiver.url('/a'), 'm1', 'umbrella'),
    );
    await engine().runOnce();
    const lanes = await engine().query('select tenant_id, origin from $lanes order by tenant_id');
    const origin = `http://127.0.0.1:${receiver.port}`;
    expect(lanes).toEqual([
      { tenant_id: 'acme', origin },
      { tenant_id: 'umbrella', origin },
    ]);
  });

  it('that asks for a pause does not delay the tenant’s other origins', async () => {
    const { receiver } = engine();
    receiver.on('/dead', answer(503, { headers: { 'retry-after': '3600' } }));
    await engine().publish(withCallback(receiver.url('/dead')));
    await engine().runOnce();
    await engine().publish(
      withCallback(receiver.url('/dead'), 'held'),
      withCallback(`http://127.0.0.2:${receiver.port}/live`, 'free'),
    );
    await engine().runOnce();
    expect(await engine().deliveries('acme')).toMatchObject([
      { event: { subject: 'm1' }, attemptCount: 1 },
      { event: { subject: 'held' }, attemptCount: 0 },
      // Nothing listens there, but an attempt was made.
      { event: { subject: 'free' }, attemptCount: 1 },
    ]);
  });

  it('that returns a 410 ends the delivery and disables nothing', async () => {
    engine().receiver.on('/callback', answer(410));
    await engine().publish(withCallback(engine().receiver.url('/callback')));
    await engine().runOnce();
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'discarded', reason: 'endpoint-gone' },
    ]);
    engine().receiver.on('/callback', answer(200));
    await engine().publish(withCallback(engine().receiver.url('/callback')));
    await expect(engine().runOnce()).resolves.toMatchObject({ delivered: 1 });
  });
});

describe('A callback URL with callbackMode "add"', () => {
  const engine = useEngine({ options: { delivery: { callbackMode: 'add' } } });

  it('gets the event in addition to the tenant’s endpoints', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1', { callbackUrl: engine().receiver.url('/callback') }));
    await engine().runOnce();
    const paths = engine().receiver.arrivals.map(({ path }) => path);
    expect(paths.toSorted()).toEqual(['/callback', '/hooks']);
    const ids = engine().receiver.arrivals.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
  });
});
