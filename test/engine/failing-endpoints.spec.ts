import type { EndpointNotice } from '../../libs/webhooks/src/observability/delivery-events.js';
import { Pipeline } from '../../libs/webhooks/src/engine/pipeline.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { answer, Gate, hang } from './support/receiver.js';
import { delivered, type Engine, useEngine } from './support/engine.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** The wait between two attempts. It is much longer than a test lasts. */
const WAIT = 5 * MINUTE;

const many = (count: number, tenantId = 'acme') =>
  Array.from({ length: count }, (_, i) => delivered(tenantId, `m${i}`));

/** Returns what is reported about endpoints while `work` runs. */
async function toldDuring(engine: Engine, work: () => Promise<unknown>): Promise<string[]> {
  const told: string[] = [];
  const names = ['endpointFailing', 'endpointRecovered', 'endpointDisabled'] as const;
  const stops = engine.workers.flatMap(({ webhooks }) =>
    names.map((name) =>
      webhooks.events.on(name, ({ reason }: EndpointNotice) =>
        told.push(reason ? `${name} ${reason}` : name),
      ),
    ),
  );
  await work();
  for (const stop of stops) stop();
  return told;
}

describe('An endpoint that keeps failing', () => {
  const engine = useEngine({
    workers: 2,
    options: {
      profiles: [msgine({ httpsOnly: false })],
      delivery: { retry: { schedule: Array(30).fill(WAIT), jitter: 0 } },
    },
  });

  /** Lets five deliveries to an endpoint fail. From then on, only one worker at a time sends to the endpoint. */
  async function fail(path = '/hooks'): Promise<string> {
    engine().receiver.on(path, answer(500));
    const { id } = await engine().endpoint('acme', path);
    await engine().publish(...many(5));
    await engine().runAll();
    return id;
  }
  const isFailing = () =>
    engine()
      .count('$lanes where failures >= 5')
      .then((count) => count === 1);
  /** Makes all retries due, also in failing lanes, which are due only at multiples of `FAILING_LANE_STEP_MS`. */
  const waitForRetries = () => engine().advance(WAIT + MINUTE);

  it('is not reported for four deliveries, however often they are tried', async () => {
    engine().receiver.on('/hooks', answer(500));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(...many(4));
    const told = await toldDuring(engine(), async () => {
      for (let tries = 0; tries < 5; tries++, waitForRetries()) await engine().runAll();
    });
    expect(engine().receiver.arrivals).toHaveLength(20);
    expect(told).toEqual([]);
    expect(await isFailing()).toBe(false);
  });

  it('is reported once for five deliveries, and every delivery is still sent on schedule', async () => {
    const told = await toldDuring(engine(), async () => {
      await fail();
      await engine().publish(...many(100));
      await engine().runAll();
    });
    expect(told).toEqual(['endpointFailing']);
    expect(engine().receiver.arrivals).toHaveLength(105);
    for (let attempt = 2; attempt <= 4; attempt++) {
      waitForRetries();
      await engine().runAll();
      expect(engine().receiver.arrivals).toHaveLength(105 * attempt);
    }
    expect(engine().receiver.peak('/hooks')).toBeLessThanOrEqual(8);
  });

  it('counts from zero after each success', async () => {
    const { receiver } = engine();
    await engine().endpoint('acme', '/hooks');
    for (let round = 0; round < 4; round++) {
      receiver.on('/hooks', answer(500));
      await engine().publish(...many(4));
      await engine().runAll();
      receiver.on('/hooks', answer(200));
      waitForRetries();
      await engine().runAll();
    }
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(16);
    expect(await engine().count('$lanes where failures > 0 or failing_since is not null')).toBe(0);
  });

  it('gets two requests at a time from all workers together if it hangs, and due deliveries show what they wait for', async () => {
    const { receiver } = engine();
    receiver.on('/hooks', hang);
    await engine().endpoint('acme', '/hooks', { timeoutMs: SECOND });
    await engine().publish(...many(6));
    await engine().runOnce(); // sends four at the same time, as to any other endpoint, and then two
    receiver.forgetPeaks();
    await engine().publish(...many(4));
    const run = engine().runAll();
    await receiver.arrived(7);
    const { data } = await engine().webhooks.deliveries.list('acme');
    expect(data.filter(({ waits }) => waits === 'failing').length).toBeGreaterThan(0);
    await run;
    expect(receiver.arrivals).toHaveLength(10);
    expect(receiver.peak('/hooks')).toBe(2);
  });

  it('gets the rest of its deliveries when it responds again, and its recovery is reported', async () => {
    await fail();
    await engine().publish(...many(40));
    engine().receiver.on('/hooks', answer(200));
    const told = await toldDuring(engine(), () => engine().runAll());
    expect(told).toEqual(['endpointRecovered']);
    waitForRetries();
    await engine().runAll();
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(45);
    expect(await engine().count('$lanes where claimed_until is not null')).toBe(0);
  });

  it('gets no new claim until the outcomes of the previous claim are recorded', async () => {
    await fail();
    waitForRetries();
    const gate = new Gate();
    engine().receiver.on('/hooks', gate.behaviour);
    const pipeline = engine().first.module.get(Pipeline, { strict: false });
    const claim = jest.spyOn(pipeline, 'claimBatch');
    const check = jest.spyOn(pipeline, 'checkForWork');
    const run = engine().runOnce();
    await engine().receiver.arrived(5 + 1);
    // Wait for the round after the claim. It begins when the deliveries are in flight.
    while (check.mock.calls.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await pipeline.exclusively(async () => undefined);
    expect(claim).toHaveBeenCalledTimes(1);
    gate.open();
    await run;
    jest.restoreAllMocks();
  });

  it('gets more requests step by step when it recovers', async () => {
    await fail();
    await engine().publish(...many(200));
    const gate = new Gate();
    engine().receiver.on('/hooks', gate.behaviour);
    const before = engine().receiver.arrivals.length;
    const run = engine().runOnce();
    let answered = 0;
    // Each round responds to all open requests, and each success makes room for one more request.
    for (let round = 0; round < 4; round++) {
      await engine().receiver.arrived(before + answered + 1);
      await engine().workers[1]!.webhooks.stats();
      const arrived = engine().receiver.arrivals.length - before;
      expect(arrived - answered).toBeLessThanOrEqual(answered + 8);
      gate.release(arrived - answered);
      answered = arrived;
    }
    gate.open();
    await run;
    waitForRetries();
    await engine().runAll();
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(205);
  });

  it('is treated like any other endpoint again after its owner has resumed it', async () => {
    const id = await fail();
    engine().receiver.on('/hooks', answer(200));
    await engine().webhooks.endpoints.resume('acme', id);
    waitForRetries();
    await engine().runAll();
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(5);
  });

  it.each([
    ['a test', (id: string) => engine().webhooks.endpoints.test('acme', id, {}, 1)],
    [
      'a delivery that its owner retries',
      async () => {
        const { data } = await engine().webhooks.deliveries.list('acme', { states: ['exhausted'] });
        await engine().webhooks.deliveries.retry('acme', data[0]!.id);
      },
    ],
  ])('gets at once %s', async (_, act) => {
    const id = await fail();
    await engine().query(
      `update $deliveries set state = 'exhausted', next_at = null, failed_at = 1 where id = (select min(id) from $deliveries)`,
    );
    const arrived = engine().receiver.arrivals.length;
    await act(id);
    await engine().runAll();
    expect(engine().receiver.arrivals).toHaveLength(arrived + 1);
  });

  it('is taken over by another worker when the lease of the sending worker has ended', async () => {
    await fail();
    await engine().publish(...many(2));
    const gate = new Gate(answer(500));
    engine().receiver.on('/hooks', gate.behaviour);
    const stuck = engine().workers[1]!.webhooks.runOnce();
    await engine().receiver.arrived(7);
    await engine().publish(...many(2));
    await engine().runOnce();
    expect(engine().receiver.arrivals).toHaveLength(7);
    engine().advance(2 * MINUTE); // all leases end
    const other = engine().runOnce();
    await engine().receiver.arrived(9);
    gate.open();
    await Promise.all([stuck, other]);
    expect(await engine().count('$deliveries where attempts = 0')).toBe(0);
  });

  describe('for days', () => {
    /** Registers an endpoint. `count` deliveries to it keep failing for `days`. */
    async function failFor(days: number, count: number, fields = {}): Promise<string> {
      engine().receiver.on('/hooks', answer(500));
      const { id } = await engine().endpoint('acme', '/hooks', fields);
      await engine().publish(...many(count));
      await engine().runAll();
      for (let round = 0; round < count; round++) {
        engine().advance(10 * MINUTE);
        await engine().runOnce();
      }
      engine().advance(days * DAY - count * 10 * MINUTE);
      await engine().runOnce();
      return id;
    }
    const stateOf = async (id: string) => (await engine().webhooks.endpoints.get('acme', id)).state;

    it('is disabled and reported after five days and ten failed deliveries, and its backlog is discarded', async () => {
      const id = await failFor(5.01, 12);
      const told = await toldDuring(engine(), () => engine().first.maintenance.runRound());
      expect(told).toEqual(['endpointDisabled endpoint-failing']);
      expect(await engine().webhooks.endpoints.get('acme', id)).toMatchObject({
        state: 'disabled',
        stateReason: 'endpoint-failing',
      });
      await engine().runAll();
      const ends = await engine().query('select distinct state, reason from $deliveries');
      expect(ends).toEqual([{ state: 'discarded', reason: 'endpoint-failing' }]);
    });

    it('is not disabled before five days', async () => {
      const id = await failFor(4.9, 12);
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('active');
    });

    it('is not disabled with fewer than ten failed deliveries, however long it fails', async () => {
      const id = await failFor(40, 9);
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('active');
    });

    it('is not disabled if an attempt has succeeded in between', async () => {
      const id = await failFor(4.9, 12);
      engine().receiver.on('/hooks', answer(200));
      engine().advance(10 * MINUTE);
      await engine().runAll();
      engine().advance(DAY);
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('active');
    });

    it('is not disabled while its owner has paused it: the backlog waits', async () => {
      const id = await failFor(4.9, 12);
      await engine().webhooks.endpoints.pause('acme', id);
      engine().advance(30 * DAY);
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('paused');
    });

    it('is not disabled if the platform of its profile promises not to disable endpoints', async () => {
      const id = await failFor(30, 12, { profile: 'msgine', events: ['message.delivered'] });
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('active');
    });
  });
});

describe('A callback that fails', () => {
  const engine = useEngine();

  it('is reported as failing, and every delivery to it is still sent', async () => {
    engine().receiver.on('/callback', answer(500));
    const callbackUrl = engine().receiver.url('/callback');
    await engine().publish(...many(40).map((event) => ({ ...event, callbackUrl })));
    const told = await toldDuring(engine(), () => engine().runOnce());
    expect(told).toEqual(['endpointFailing']);
    expect(engine().receiver.arrivals).toHaveLength(40);
    engine().advance(10 * DAY);
    await engine().first.maintenance.runRound();
    await engine().runOnce();
    expect(engine().receiver.arrivals).toHaveLength(80);
  });
});
