import type { DeliveryNotice } from '../../libs/webhooks/src/observability/delivery-events.js';
import { delivered, useEngine } from './support/engine.js';
import { answer, Gate, inTurn } from './support/receiver.js';

/** Longer than a lease, ms. */
const LEASE_OVER = 66_000;

describe('What a worker holds that says nothing any more', () => {
  const engine = useEngine({ workers: 2 });
  const other = () => engine().workers[1]!.webhooks;

  it.each([200, 500])(
    'is sent by another one when the lease is over; its own late %i changes nothing, and is told',
    async (late) => {
      const gate = new Gate(answer(late));
      engine().receiver.on('/a', inTurn(gate.behaviour, answer(204)));
      await engine().endpoint('a', '/a');
      await engine().publish(delivered('a', 'm1'));
      const lost: DeliveryNotice[] = [];
      const stop = engine().webhooks.events.on('leaseLost', (notice) => lost.push(notice));
      const running = engine().runOnce();
      await engine().receiver.arrived(1);

      expect(await other().runOnce()).toMatchObject({ delivered: 0 });
      engine().advance(LEASE_OVER);
      expect(await other().runOnce()).toMatchObject({ delivered: 1 });
      const before = await engine().deliveries('a');
      gate.open();
      expect(await running).toMatchObject({ delivered: 0, leaseLost: 1 });
      stop();

      expect(before).toMatchObject([{ state: 'delivered', attemptCount: 1, lastAttempt: { status: 204 } }]);
      expect(await engine().deliveries('a')).toEqual(before);
      expect(lost).toMatchObject([{ deliveryId: before[0]!.id }]);
      const [one, two] = engine().receiver.at('/a');
      expect(two!.body).toBe(one!.body);
      expect(two!.headers['webhook-id']).toBe(one!.headers['webhook-id']);
    },
  );
});

describe('A worker', () => {
  const engine = useEngine({ options: { worker: { slots: 1 } } });

  it('begins no attempt that could outlive its lease', async () => {
    const gate = new Gate();
    engine().receiver.on('/slow', gate.behaviour);
    await engine().endpoint('a', '/slow', { ordering: 'none' });
    await engine().publish(delivered('a', 'm1'), delivered('a', 'm2'));
    const running = engine().runOnce();
    await engine().receiver.arrived(1);

    // The second has waited for its turn since; what is left of the lease is shorter than a timeout.
    const { now } = performance;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 55_000);
    gate.open();
    const counts = await running;
    clock.mockRestore();

    expect(counts).toMatchObject({ delivered: 2, returned: 1 });
    expect(engine().receiver.arrivals).toHaveLength(2);
    const [first, second] = await engine().deliveries('a');
    expect([first!.attemptCount, second!.attemptCount]).toEqual([1, 1]);
  });
});
