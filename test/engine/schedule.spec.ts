import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import type { DeliveryNotice } from '../../libs/webhooks/src/observability/delivery-events.js';
import { answer, inSequence } from './support/receiver.js';
import { delivered, useEngine, type Engine } from './support/engine.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Delivers until nothing is left to try. Returns the announced waits (ms). */
async function walk(engine: Engine): Promise<number[]> {
  const waits: number[] = [];
  const stop = engine.webhooks.events.on('retrying', ({ delayMs }: DeliveryNotice) => waits.push(delayMs));
  for (let announced = 0; ;) {
    await engine.runOnce();
    if (waits.length === announced) break;
    announced = waits.length;
    // Two seconds before the retry is due, nothing is claimed.
    engine.advance(waits.at(-1)! - 2 * SECOND);
    if (waits.at(-1)! > 4 * SECOND) expect(await engine.runOnce()).toMatchObject({ claimed: 0 });
    engine.advance(3 * SECOND);
  }
  stop();
  return waits;
}

describe('The schedule', () => {
  const engine = useEngine({ options: { profiles: [msgine({ httpsOnly: false })] } });

  it('of the profile standard waits 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, each ±20 %, and then the delivery is exhausted', async () => {
    engine().receiver.on('/hooks', answer(500));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    const waits = await walk(engine());
    const nominal = [
      5 * SECOND,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      DAY,
    ];
    expect(waits).toHaveLength(nominal.length);
    waits.forEach((wait, i) => {
      expect(wait).toBeGreaterThanOrEqual(nominal[i]! * 0.8);
      expect(wait).toBeLessThanOrEqual(nominal[i]! * 1.2);
    });
    const [delivery] = await engine().deliveries('acme');
    expect(delivery).toMatchObject({ state: 'exhausted', reason: 'retries-used-up', attemptCount: 10 });
    expect(delivery!.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(engine().receiver.arrivals).toHaveLength(10);
    engine().advance(10 * DAY);
    await expect(engine().runOnce()).resolves.toMatchObject({ claimed: 0 });
  });

  it("of the profile msgine waits 1 m, 5 m, 15 m, 1 h, 6 h, and never less than MsGine's documentation says", async () => {
    engine().receiver.on('/hooks', answer(500));
    await engine().endpoint('acme', '/hooks', { profile: 'msgine', events: ['message.delivered'] });
    await engine().publish(delivered('acme', 'm1'));
    const waits = await walk(engine());
    const nominal = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR];
    expect(waits).toHaveLength(nominal.length);
    waits.forEach((wait, i) => {
      expect(wait).toBeGreaterThanOrEqual(nominal[i]!);
      expect(wait).toBeLessThanOrEqual(nominal[i]! * 1.2);
    });
    expect(await engine().deliveries('acme')).toMatchObject([{ state: 'exhausted', attemptCount: 6 }]);
  });

  it('begins anew with a manual retry of an exhausted or delivered delivery; attempt numbers continue', async () => {
    engine().receiver.on('/hooks', answer(500));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await walk(engine());
    const [exhausted] = await engine().deliveries('acme');
    await engine().webhooks.deliveries.retry('acme', exhausted!.id);
    const waits = await walk(engine());
    expect(waits).toHaveLength(9);
    expect(waits[0]).toBeLessThanOrEqual(6 * SECOND);
    const [again] = await engine().deliveries('acme');
    expect(again).toMatchObject({ state: 'exhausted', attemptCount: 20 });
    expect(again!.attempts.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    engine().receiver.on('/hooks', answer(200));
    for (const attemptCount of [21, 22]) {
      await engine().webhooks.deliveries.retry('acme', exhausted!.id);
      await engine().runOnce();
      expect(await engine().deliveries('acme')).toMatchObject([{ state: 'delivered', attemptCount }]);
    }
    expect(new Set(engine().receiver.arrivals.map(({ body }) => body)).size).toBe(1);
  });

  it('ends when the owner cancels the waiting delivery', async () => {
    engine().receiver.on('/hooks', answer(500));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    const [waiting] = await engine().deliveries('acme');
    await engine().webhooks.deliveries.cancel('acme', waiting!.id);
    engine().advance(DAY);
    await expect(engine().runOnce()).resolves.toMatchObject({ claimed: 0 });
    const [cancelled] = await engine().deliveries('acme');
    expect(cancelled).toMatchObject({ state: 'discarded', reason: 'cancelled', attemptCount: 1 });
    engine().receiver.on('/hooks', answer(200));
    await engine().webhooks.deliveries.retry('acme', waiting!.id);
    await engine().runOnce();
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'delivered', reason: null, attemptCount: 2 },
    ]);
  });

  it('ends at once if the endpoint allows no retries, or if its skipErrorCodes contain the status', async () => {
    engine().receiver.on('/once', answer(500));
    engine().receiver.on('/ignoring', answer(404));
    await engine().endpoint('once', '/once', { retryOnError: false });
    await engine().endpoint('ignoring', '/ignoring', { skipErrorCodes: ['404'] });
    await engine().publish(delivered('once', 'm1'), delivered('ignoring', 'm1'));
    await expect(engine().runOnce()).resolves.toMatchObject({ exhausted: 1, discarded: 1, retried: 0 });
    expect(await engine().deliveries('once')).toMatchObject([
      { state: 'exhausted', reason: 'not-retryable' },
    ]);
    expect(await engine().deliveries('ignoring')).toMatchObject([
      { state: 'discarded', reason: 'ignored', lastAttempt: { status: 404 } },
    ]);
    expect(await engine().count('$lanes where failures > 0')).toBe(1);
  });
});

describe('A schedule of the host', () => {
  const engine = useEngine({
    options: {
      delivery: { retry: { attempts: 4, delayMs: MINUTE, factor: 10, maxDelayMs: HOUR, jitter: 0 } },
    },
  });

  it('grows as configured, up to its maximum wait', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(500), answer(500), answer(500)));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    expect(await walk(engine())).toEqual([MINUTE, 10 * MINUTE, HOUR]);
    expect(await engine().deliveries('acme')).toMatchObject([{ state: 'exhausted', attemptCount: 4 }]);
  });
});
