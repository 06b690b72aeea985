import { Webhook } from 'standardwebhooks';
import { answer } from './support/receiver.js';
import { delivered, useEngine } from './support/engine.js';

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

  it('is signed with the account’s secret, made when first needed', async () => {
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

  it('keeps the profile its body was made in, though the account chooses another before the retry', async () => {
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
  ])('that is bad (%s) becomes a delivery that ended, with its reason, and no request', async (_, url) => {
    await engine().publish(withCallback(url));
    await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 1 });
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'discarded', reason: 'url-refused', attemptCount: 0 },
    ]);
    expect(engine().receiver.arrivals).toEqual([]);
  });

  it('that is bad harms no other event of the batch', async () => {
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

  it('that goes nowhere does not delay a tenant’s other origins', async () => {
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
      // Nothing listens there, but it was tried.
      { event: { subject: 'free' }, attemptCount: 1 },
    ]);
  });

  it('disables nothing by a 410: the delivery ends', async () => {
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

  it('comes on top of the tenant’s endpoints', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1', { callbackUrl: engine().receiver.url('/callback') }));
    await engine().runOnce();
    const paths = engine().receiver.arrivals.map(({ path }) => path);
    expect(paths.toSorted()).toEqual(['/callback', '/hooks']);
    const ids = engine().receiver.arrivals.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
  });
});
