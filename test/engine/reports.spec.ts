import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DeliveryEventMap } from '../../libs/webhooks/src/observability/delivery-events.js';
import { delivered, useEngine } from './support/engine.js';
import { answer, inSequence, Gate, cut } from './support/receiver.js';
import { advanceClock } from '../support/clock.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { createDatabase } from '../support/database.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

// leases.spec.ts tests `leaseLost`. failing-endpoints.spec.ts tests `endpointFailing`, `endpointRecovered` and
// `endpointDisabled`.
describe('In-process events', () => {
  const engine = useEngine();

  /** From now on, collects the events about deliveries, with their names. */
  function listen() {
    const heard: [keyof DeliveryEventMap, DeliveryEventMap[keyof DeliveryEventMap]][] = [];
    for (const name of ['delivered', 'retrying', 'exhausted', 'discarded', 'leaseLost'] as const) {
      engine().webhooks.events.on(name, (notice) => heard.push([name, notice]));
    }
    return heard;
  }

  it('report that a delivery is retried, and that it succeeds', async () => {
    engine().receiver.on('/a', inSequence(answer(503), answer(200)));
    const { id: endpointId } = await engine().endpoint('a', '/a');
    const heard = listen();
    const [event] = await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    const [delivery] = await engine().deliveries('a');
    const about = {
      deliveryId: delivery!.id,
      eventId: event!.id,
      eventType: 'message.delivered',
      tenantId: 'a',
      endpointId,
      subject: 'm1',
      reason: null,
      test: false,
    };
    expect(heard).toEqual([
      ['retrying', { ...about, attempts: 1, status: 503, error: 'http', delayMs: expect.any(Number) }],
    ]);
    const [[, { delayMs }]] = heard as [['retrying', DeliveryEventMap['retrying']]];
    expect(delayMs).toBeGreaterThanOrEqual(4_000);

    engine().advance(7_000);
    await engine().runOnce();
    expect(heard.slice(1)).toEqual([
      ['delivered', { ...about, attempts: 2, status: 200, error: null, delayMs: 0 }],
    ]);
  });

  it('are also published on diagnostics_channel, even without other listeners', async () => {
    const published: unknown[] = [];
    const hear = (notice: unknown): void => void published.push(notice);
    subscribe('nestjs-sms-webhooks:delivered', hear);
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    unsubscribe('nestjs-sms-webhooks:delivered', hear);
    expect(published).toMatchObject([{ subject: 'm1', status: 200, attempts: 1 }]);
  });

  it('report an exhausted and a discarded delivery with the reason', async () => {
    engine().receiver.on('/a', answer(500));
    engine().receiver.on('/b', answer(418));
    await engine().endpoint('a', '/a', { retryOnError: false });
    await engine().endpoint('a', '/b', { skipErrorCodes: ['418'] });
    const heard = listen();
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    expect(heard.toSorted(([a], [b]) => a.localeCompare(b))).toMatchObject([
      ['discarded', { reason: 'ignored', status: 418, delayMs: 0 }],
      ['exhausted', { reason: 'not-retryable', status: 500, error: 'http', delayMs: 0 }],
    ]);
  });

  it('mark test events, and name no endpoint for a callback', async () => {
    const { id } = await engine().endpoint('a', '/a');
    const heard = listen();
    const testing = engine().webhooks.endpoints.test('a', id);
    while (heard.length === 0) await engine().runOnce();
    await testing;
    await engine().publish(delivered('a', 'm1', { callbackUrl: engine().receiver.url('/callback') }));
    await engine().runOnce();
    expect(heard.map(([, notice]) => notice)).toMatchObject([
      { test: true, endpointId: id },
      { test: false, endpointId: null },
    ]);
  });

  it('are emitted after the outcome is recorded', async () => {
    await engine().endpoint('a', '/a');
    const seen: Promise<unknown>[] = [];
    engine().webhooks.events.on('delivered', ({ deliveryId }) => {
      seen.push(engine().webhooks.deliveries.get('a', deliveryId));
    });
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    expect(await Promise.all(seen)).toMatchObject([{ state: 'delivered' }]);
  });

  it('reach a listener until it is removed', async () => {
    await engine().endpoint('a', '/a');
    const heard: string[] = [];
    const stop = engine().webhooks.events.on('delivered', ({ subject }) => heard.push(subject!));
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    stop();
    await engine().publish(delivered('a', 'm2'));
    await engine().runOnce();
    expect(heard).toEqual(['m1']);
  });

  it('reach other listeners if one listener throws: the error is logged, and the delivery is not affected', async () => {
    await engine().endpoint('a', '/a');
    const stop = engine().webhooks.events.on('delivered', () => {
      throw new Error('the host failed');
    });
    const heard = listen();
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    stop();
    expect(heard.map(([name]) => name)).toEqual(['delivered']);
    expect(await engine().deliveries('a')).toMatchObject([{ state: 'delivered', attemptCount: 1 }]);
    expect(engine().log.errors.splice(0)).toEqual([expect.stringContaining('the host failed')]);
  });
});

describe('stats()', () => {
  const engine = useEngine();
  const stats = () => engine().webhooks.stats();

  it('is all zero if nothing waits', async () => {
    expect(await stats()).toMatchObject({
      unrelayed: 0,
      dueLanes: 0,
      due: 0,
      lagMs: 0,
      inFlight: 0,
      leases: 0,
    });
  });

  it('counts events that wait for the relay, and shows how long the oldest has waited', async () => {
    await engine().publish(delivered('a', 'm1'), delivered('a', 'm2'));
    engine().advance(90_000);
    const { unrelayed, due, lagMs } = await stats();
    expect({ unrelayed, due }).toEqual({ unrelayed: 2, due: 0 });
    expect(lagMs).toBeGreaterThanOrEqual(90_000);
    expect(lagMs).toBeLessThan(120_000);
    await engine().runOnce();
    expect(await stats()).toMatchObject({ unrelayed: 0, lagMs: 0 });
  });

  it('counts deliveries that are due, but not deliveries that wait for their time', async () => {
    engine().receiver.on('/a', answer(500));
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'), delivered('a', 'm2'));
    await engine().runOnce();
    expect(await stats()).toMatchObject({ due: 0, dueLanes: 0, lagMs: 0 });
    engine().advance(60_000);
    const { due, dueLanes, lagMs } = await stats();
    expect({ due, dueLanes }).toEqual({ due: 2, dueLanes: 1 });
    expect(lagMs).toBeGreaterThan(50_000);
  });

  it('counts what this process has in flight, and what it has recorded', async () => {
    const gate = new Gate();
    engine().receiver.on('/a', gate.behaviour);
    engine().receiver.on('/b', answer(404));
    await engine().endpoint('a', '/a');
    await engine().endpoint('b', '/b', { retryOnError: false });
    const before = (await stats()).recorded;
    await engine().publish(delivered('a', 'm1'), delivered('b', 'm2'));
    const running = engine().runOnce();
    await engine().receiver.arrived(1, '/a');
    expect(await stats()).toMatchObject({ inFlight: expect.any(Number), leases: 1 });
    expect((await stats()).inFlight).toBeGreaterThanOrEqual(1);
    gate.open();
    await running;
    const { inFlight, leases, recorded, http } = await stats();
    expect({ inFlight, leases }).toEqual({ inFlight: 0, leases: 0 });
    expect(recorded.delivered - before.delivered).toBe(1);
    expect(recorded.exhausted - before.exhausted).toBe(1);
    expect(http.requests).toBeGreaterThanOrEqual(2);
  });
});

describe('health()', () => {
  let host: WebhooksHost;
  beforeAll(async () => (host = await startHost()));
  afterAll(() => host.close());

  it('returns no warnings when all is well', async () => {
    expect(await host.webhooks.health()).toEqual([]);
  });

  it('warns of events that no worker relays, and says what to check', async () => {
    await host.dataSource.transaction((tx) =>
      host.webhooks.publish(tx, { type: 'webhook.test', tenantId: 'a', data: { message: 'hello' } }),
    );
    advanceClock(host.app, 5 * 60_000);
    const warnings = await host.webhooks.health();
    expect(warnings).toMatchObject([
      { kind: 'relay-lag', message: expect.stringContaining('no worker runs') },
    ]);
    expect(Number(warnings[0]!.data.lagMs)).toBeGreaterThanOrEqual(5 * 60_000);
    await host.webhooks.runOnce();
    expect(await host.webhooks.health()).toEqual([]);
  });

  it('gives workers a minute to catch up after a downtime, and warns if the lag has not fallen by then', async () => {
    const database = await createDatabase();
    const backend = await startHost({ database });
    try {
      await backend.dataSource.transaction((tx) =>
        backend.webhooks.publish(tx, { type: 'webhook.test', tenantId: 'a', data: { message: 'hello' } }),
      );
      const setAge = (seconds: number) =>
        backend.dataSource.query(
          `update webhook_events set created_at = extract(epoch from clock_timestamp()) * 1000 - ${seconds} * 1000`,
        );
      await setAge(3600);
      expect(await backend.webhooks.health()).toEqual([]);

      const store = backend.app.get<Store>(STORE, { strict: false });
      const { id } = await store.openLease('worker', 3_600_000);
      advanceClock(backend.app, 61_000);
      expect(await backend.webhooks.health()).toEqual([]);
      advanceClock(backend.app, 61_000);
      await setAge(1800);
      expect(await backend.webhooks.health()).toEqual([]);
      advanceClock(backend.app, 61_000);
      expect(await backend.webhooks.health()).toMatchObject([
        { kind: 'relay-lag', message: expect.stringContaining('cannot keep up') },
      ]);
      await store.deleteLeases([id]);
      expect(await backend.webhooks.health()).toMatchObject([
        { kind: 'relay-lag', message: expect.stringContaining('no worker runs') },
      ]);

      // The lag grew during the second downtime, so the workers that start now have a minute, too.
      await setAge(3600);
      await store.openLease('worker', 3_600_000);
      expect(await backend.webhooks.health()).toEqual([]);
    } finally {
      await backend.close();
      await database.drop();
    }
  });
});

// test/security/log-lines.spec.ts tests that nobody can inject lines.
describe('The log', () => {
  const engine = useEngine({ options: { delivery: { retry: { schedule: [1000, 2000], jitter: 0 } } } });

  it('has a debug line for each failed attempt before the last, and a warning for the last attempt', async () => {
    engine().receiver.on('/hooks', inSequence(cut, answer(503), answer(500)));
    const { id } = await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    for (let i = 0; i < 3; i++, engine().advance(2000)) await engine().runOnce();
    const [delivery] = await engine().deliveries('acme');
    const which = (number: number) =>
      `Delivery ${delivery!.id} to ${id} (message.delivered, attempt ${number} of 3)`;
    expect(engine().log.debugs.filter((line) => line.startsWith('Delivery'))).toEqual([
      `${which(1)} failed: reset; next attempt in 1000 ms. The connection closed before a response arrived. Look for crashes and for limits of the server and of the proxies in front of it.`,
      `${which(2)} failed: HTTP 503; next attempt in 2000 ms`,
    ]);
    expect(engine().log.warnings).toEqual([`${which(3)} exhausted: retries-used-up, HTTP 500`]);
  });

  it('continues to count attempts after a manual retry, and says "a callback" instead of an endpoint id', async () => {
    engine().receiver.on('/callback', answer(500));
    const callbackUrl = engine().receiver.url('/callback');
    await engine().publish(delivered('acme', 'm1', { callbackUrl }));
    for (let i = 0; i < 3; i++, engine().advance(2000)) await engine().runOnce();
    const [delivery] = await engine().deliveries('acme');
    await engine().webhooks.deliveries.retry('acme', delivery!.id);
    await engine().runOnce();
    expect(engine().log.debugs.at(-1)).toBe(
      `Delivery ${delivery!.id} to a callback (message.delivered, attempt 4 of 6) failed: HTTP 500; next attempt in 1000 ms`,
    );
  });

  it('has no line for a success', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    expect([...engine().log.debugs, ...engine().log.warnings]).toEqual([]);
  });
});
