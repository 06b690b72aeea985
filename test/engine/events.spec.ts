import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DeliveryEventMap } from '../../libs/webhooks/src/observability/delivery-events.js';
import { delivered, useEngine } from './support/engine.js';
import { answer, inTurn } from './support/receiver.js';

// `leaseLost` is in leases.spec.ts; `endpointFailing`, `endpointRecovered` and `endpointDisabled` in breaker.spec.ts.
describe('In-process events', () => {
  const engine = useEngine();

  /** Everything that is told of deliveries from now on, by name. */
  function listen() {
    const heard: [keyof DeliveryEventMap, DeliveryEventMap[keyof DeliveryEventMap]][] = [];
    for (const name of ['delivered', 'retrying', 'exhausted', 'discarded', 'leaseLost'] as const) {
      engine().webhooks.events.on(name, (notice) => heard.push([name, notice]));
    }
    return heard;
  }

  it('tell of a delivery that is tried again, and arrives', async () => {
    engine().receiver.on('/a', inTurn(answer(503), answer(200)));
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

  it('are published on diagnostics_channel too, though nobody listens otherwise', async () => {
    const published: unknown[] = [];
    const hear = (notice: unknown): void => void published.push(notice);
    subscribe('nestjs-sms-webhooks:delivered', hear);
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    unsubscribe('nestjs-sms-webhooks:delivered', hear);
    expect(published).toMatchObject([{ subject: 'm1', status: 200, attempts: 1 }]);
  });

  it('tell of a delivery that is given up, and of one that ends otherwise, with the reason', async () => {
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

  it('tell of a test as a test, and name no endpoint for a callback', async () => {
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

  it('come after what they tell of is recorded', async () => {
    await engine().endpoint('a', '/a');
    const seen: Promise<unknown>[] = [];
    engine().webhooks.events.on('delivered', ({ deliveryId }) => {
      seen.push(engine().webhooks.deliveries.get('a', deliveryId));
    });
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    expect(await Promise.all(seen)).toMatchObject([{ state: 'delivered' }]);
  });

  it('are told to a listener until it is taken off', async () => {
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

  it('that make a listener throw are logged, and change nothing for the others and the delivery', async () => {
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
