import { Engine, delivered, NOTHING_LEFT } from '../engine/support/engine.js';
import { answer } from '../engine/support/receiver.js';
import { ForwardProxy } from '../http/forward-proxy.js';

const MINUTE = 60_000;
const all = (length: number, outcome: string): string[] => Array.from({ length }, () => outcome);

describe.each(['axios', 'undici'] as const)('With a forward proxy, over %s', (transport) => {
  let engine: Engine;
  let proxy: ForwardProxy;
  let address: string;

  beforeEach(async () => {
    proxy = new ForwardProxy();
    address = await proxy.listen();
    engine = await Engine.start({ options: { network: { transport, proxy: `http://${address}` } } });
    engine.receiver.on('/hooks', answer(200));
  });
  afterEach(async () => {
    expect(await engine.leftovers()).toEqual(NOTHING_LEFT);
    await engine.close();
    await proxy.close().catch((error: Error) => expect(error.message).toContain('not running'));
  });

  async function send(count: number): Promise<string> {
    const { id } = await engine.endpoint('acme', '/hooks');
    await engine.publish(...Array.from({ length: count }, (_, i) => delivered('acme', `m${i}`)));
    await engine.runOnce();
    return id;
  }

  const outcomes = async () =>
    (await engine.deliveries('acme')).map(
      ({ state, attemptCount: n, lastAttempt }) =>
        `${state} ${n} ${lastAttempt?.error ?? lastAttempt?.status}`,
    );

  it.each<[string, (() => Promise<void>) | string]>([
    ['is away', () => proxy.close()],
    ['wants a password', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
    ['is broken', 'HTTP/1.1 500 Internal Server Error\r\n\r\n'],
    ['is no proxy', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ])('a proxy that %s costs no attempt, and nobody is said to fail', async (_, fault) => {
    if (typeof fault === 'string') proxy.refusal = fault;
    else await fault();
    // More than would open the breaker.
    const id = await send(6);
    for (let i = 0; i < 5; i++) {
      engine.advance(MINUTE);
      await engine.runOnce();
    }
    expect(await outcomes()).toEqual(all(6, 'pending 0 undefined'));
    expect(await engine.webhooks.endpoints.get('acme', id)).toMatchObject({
      failingSince: null,
      state: 'active',
    });
    expect(engine.receiver.arrivals).toEqual([]);
    expect(engine.log.errors.splice(0).join('\n')).toMatch(/could not be sent: The proxy/);

    if (typeof fault === 'string') proxy.refusal = undefined;
    else await (proxy = new ForwardProxy()).listen(Number(address.split(':')[1]));
    engine.advance(MINUTE);
    await engine.runOnce();
    expect(await outcomes()).toEqual(all(6, 'delivered 1 200'));
    expect(engine.receiver.arrivals).toHaveLength(6);
  });

  it.each([
    ['refused by its rules', 'HTTP/1.1 403 Forbidden\r\n\r\n', 'blocked'],
    ['not reached from it', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', 'connect'],
  ])("a destination that is %s is the customer's affair", async (_, refusal, error) => {
    proxy.refusal = refusal;
    await send(3);
    expect(await outcomes()).toEqual(all(3, `pending 1 ${error}`));
  });
});
