import { answer, type Behaviour, Gate, inSequence } from './support/receiver.js';
import { delivered, useEngine } from './support/engine.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const many = (count: number, tenantId = 'acme') =>
  Array.from({ length: count }, (_, i) => delivered(tenantId, `m${i}`));

/** Responds some turns of the event loop later, so that requests overlap. */
const later =
  (status: number): Behaviour =>
  (response) => {
    const end = (turns: number): void => {
      if (turns > 0) setImmediate(end, turns - 1);
      else response.writeHead(status).end();
    };
    end(30);
  };

describe('With four workers,', () => {
  const engine = useEngine({ workers: 4, pool: 4 });

  const delivering = () => engine().count(`$deliveries where state = 'delivered'`);

  describe('maxInFlight', () => {
    it.each([1, 3, 10])('%i is exact over all workers', async (maxInFlight) => {
      const gate = new Gate(later(200));
      engine().receiver.on('/hooks', gate.behaviour);
      await engine().endpoint('acme', '/hooks', { maxInFlight });
      await engine().publish(...many(150));
      const run = engine().runAll();
      await engine().receiver.arrived(maxInFlight);
      gate.open();
      await run;
      await engine().runAll();
      expect(engine().receiver.peak('/hooks')).toBe(maxInFlight);
      expect(await delivering()).toBe(150);
    });

    it('counts retries too, and frees the place of a request that fails', async () => {
      let count = 0;
      engine().receiver.on('/hooks', (response, arrival) =>
        later(++count % 3 ? 200 : 400)(response, arrival),
      );
      await engine().endpoint('acme', '/hooks', { maxInFlight: 2 });
      await engine().publish(...many(60));
      for (; (await delivering()) < 60; engine().advance(10 * MINUTE)) await engine().runAll();
      expect(engine().receiver.peak('/hooks')).toBe(2);
    });

    it('counts the requests that begin after it is set, but not the requests already in flight', async () => {
      const gate = new Gate();
      engine().receiver.on('/hooks', gate.behaviour);
      const { id } = await engine().endpoint('acme', '/hooks');
      await engine().publish(...many(4));
      const run = engine().runOnce();
      await engine().receiver.arrived(4);
      await engine().webhooks.endpoints.update('acme', id, { maxInFlight: 2 });
      await engine().publish(...many(40));
      const other = engine().workers[1]!.webhooks.runOnce();
      await engine().receiver.arrived(6);
      // Ends the four uncounted requests. The two counted requests continue.
      gate.release(4);
      await run;
      await engine().workers[2]!.webhooks.runOnce();
      expect(engine().receiver.arrivals).toHaveLength(6);
      gate.open();
      await other;
      await engine().runAll();
      expect(await delivering()).toBe(44);
    });

    it('still holds after the endpoint was disabled and enabled again with a request in flight', async () => {
      const gate = new Gate();
      engine().receiver.on('/hooks', gate.behaviour);
      const { id } = await engine().endpoint('acme', '/hooks', { maxInFlight: 1 });
      await engine().publish(...many(3));
      const run = engine().runOnce();
      await engine().receiver.arrived(1);
      await engine().webhooks.operator.disable(id);
      await engine().workers[1]!.webhooks.runOnce();
      await engine().webhooks.operator.enable(id);
      await engine().publish(...many(3));
      await engine().workers[1]!.webhooks.runOnce();
      expect(engine().receiver.arrivals).toHaveLength(1);
      gate.open();
      await run;
      await engine().runAll();
      expect(await delivering()).toBe(4);
      expect(engine().receiver.peak('/hooks')).toBe(1);
    });

    it('applies only to its endpoint', async () => {
      engine().receiver.on('/one', later(200));
      engine().receiver.on('/many', later(200));
      await engine().endpoint('acme', '/one', { maxInFlight: 1 });
      await engine().endpoint('acme', '/many');
      await engine().publish(...many(100));
      await engine().runAll();
      expect(engine().receiver.peak('/one')).toBe(1);
      expect(engine().receiver.peak('/many')).toBeGreaterThan(2);
    });
  });

  describe('maxThroughputPerMinute', () => {
    /** Epoch milliseconds on the workers' clock. */
    async function now(): Promise<number> {
      const [{ ms }] = (await engine().query(
        'select extract(epoch from clock_timestamp()) * 1000 as ms',
      )) as [{ ms: string }];
      return Number(ms) + engine().first.database.clockOffset;
    }

    it.each([
      { perMinute: 60, step: SECOND, steps: 20 },
      { perMinute: 600, step: 900, steps: 12 },
      { perMinute: 600, step: 5 * SECOND, steps: 5 },
      { perMinute: 6, step: 2 * SECOND, steps: 20 },
    ])(
      '$perMinute is exceeded by at most the quota of one second, rounded up, if all workers poll every $step ms',
      async ({ perMinute, step, steps }) => {
        const burst = Math.ceil(perMinute / 60);
        await engine().endpoint('acme', '/hooks', { maxThroughputPerMinute: perMinute });
        await engine().publish(...many(perMinute * 2));
        const start = await now();
        let isLate = false;
        for (let i = 0; i < steps; i++) {
          const before = await now();
          await engine().runAll();
          const sent = engine().receiver.arrivals.length;
          const quota = (ms: number) => (ms * perMinute) / MINUTE;
          expect(sent).toBeLessThanOrEqual(quota((await now()) - start) + burst + 0.25);
          // If the workers poll often enough, they have sent everything that the quota allows up to this poll.
          if (!isLate && (step <= SECOND || step * perMinute < MINUTE))
            expect(sent).toBeGreaterThanOrEqual(Math.floor(quota(before - start)));
          // Quota that is not used within a second is lost by design. So polls begin one step apart, unless a
          // poll takes longer than a step.
          const took = (await now()) - before;
          isLate ||= took > step;
          engine().advance(Math.max(0, step - took));
        }
      },
    );

    it('makes excess deliveries wait in order, without attempts or failures', async () => {
      await engine().endpoint('acme', '/hooks', { maxThroughputPerMinute: 60 });
      await engine().publish(...many(30));
      await engine().runOnce(); // relayed by one worker, because two workers may relay a batch in any order
      const waiting = await engine().query(
        `select state, attempts, claims, failed_at, lease_id, count(*)::int as deliveries
           from $deliveries where state <> 'delivered' group by 1, 2, 3, 4, 5`,
      );
      const { arrivals } = engine().receiver;
      const sent = arrivals.length;
      expect(waiting).toEqual([
        { state: 'pending', attempts: 0, claims: 0, failed_at: null, lease_id: null, deliveries: 30 - sent },
      ]);
      const numbers: number[] = [];
      for (let seen = 0; seen < 30; seen = arrivals.length, engine().advance(SECOND)) {
        await engine().runAll();
        // On a slow machine, a run may take over a second. Then two workers may send one delivery each, in any order.
        const ids = arrivals.slice(seen).map(({ body }) => Number(JSON.parse(body).data.message.id.slice(1)));
        numbers.push(...ids.toSorted((a, b) => a - b));
      }
      expect(numbers).toEqual(many(30).map((_, i) => i));
      expect(await engine().count('$lanes where failures > 0')).toBe(0);
    });

    it('counts retries too', async () => {
      engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
      await engine().endpoint('acme', '/hooks', { maxThroughputPerMinute: 1 });
      await engine().publish(delivered('acme', 'm1'));
      await engine().runAll();
      engine().advance(30 * SECOND);
      await engine().publish(delivered('acme', 'm2'));
      await engine().runAll();
      expect(engine().receiver.arrivals).toHaveLength(1);
      engine().advance(20 * SECOND);
      await engine().runAll();
      expect(engine().receiver.arrivals).toHaveLength(2);
      engine().advance(MINUTE);
      await engine().runAll();
      expect(engine().receiver.arrivals).toHaveLength(3);
    });

    it('works together with maxInFlight', async () => {
      engine().receiver.on('/hooks', later(200));
      await engine().endpoint('acme', '/hooks', { maxThroughputPerMinute: 1200, maxInFlight: 2 });
      await engine().publish(...many(60));
      for (; (await delivering()) < 60; engine().advance(SECOND)) await engine().runAll();
      expect(engine().receiver.peak('/hooks')).toBe(2);
    });
  });
});
