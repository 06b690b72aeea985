import type { Ordering } from '../../libs/webhooks/src/core/states.js';
import { answer, Gate, inSequence } from './support/receiver.js';
import { delivered, useEngine } from './support/engine.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

// The order within one endpoint and subject. order-under-load.spec.ts tries to break it.
describe('Deliveries of one subject', () => {
  const engine = useEngine({ workers: 2 });

  const publish = (...subjects: (string | undefined)[]) =>
    engine().publish(...subjects.map((subject) => delivered('acme', 'm', { subject })));

  /** Waits for `count` requests, then lets another worker look for more to do. Returns how many requests there are then. */
  async function inFlight(count: number): Promise<number> {
    await engine().receiver.arrived(count);
    await engine().workers[1]!.webhooks.runOnce();
    return engine().receiver.arrivals.length;
  }

  describe.each<Ordering>(['relaxed', 'strict'])('in %s order', (ordering) => {
    it('go one after another', async () => {
      const gate = new Gate();
      engine().receiver.on('/hooks', gate.behaviour);
      await engine().endpoint('acme', '/hooks', { ordering });
      const published = await publish('m1', 'm1', 'm1');
      const run = engine().runOnce();
      for (let sent = 1; sent <= 3; sent++) {
        expect(await inFlight(sent)).toBe(sent);
        gate.release(1);
      }
      await run;
      const ids = engine().receiver.arrivals.map(({ headers }) => headers['webhook-id']);
      expect(ids).toEqual(published.map(({ id }) => id));
    });

    it('are all sent by one runOnce(), no matter when their responses arrive', async () => {
      await engine().endpoint('acme', '/hooks', { ordering });
      for (let message = 1; message <= 40; message++) {
        await publish(...Array<string>(4).fill(`m${message}`));
        await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 4, delivered: 4 });
      }
    });

    it('wait for a delivery in flight that was published in another batch', async () => {
      const gate = new Gate();
      engine().receiver.on('/hooks', gate.behaviour);
      await engine().endpoint('acme', '/hooks', { ordering });
      await publish('m1');
      const run = engine().runOnce();
      await engine().receiver.arrived(1);
      await publish('m1');
      expect(await inFlight(1)).toBe(1);
      gate.open();
      await run;
      await engine().runAll();
      expect(engine().receiver.arrivals).toHaveLength(2);
    });

    it('do not wait for other subjects, events without a subject, or other endpoints', async () => {
      const gate = new Gate();
      engine().receiver.on('/slow', gate.behaviour);
      await engine().endpoint('acme', '/slow', { ordering });
      await engine().endpoint('acme', '/quick', { ordering });
      await publish('m1', 'm2', undefined, undefined, 'm1');
      const run = engine().runOnce();
      // All requests, except the one for the second event of m1 at the slow endpoint.
      await engine().receiver.arrived(9);
      expect(engine().receiver.at('/quick')).toHaveLength(5);
      expect(engine().receiver.at('/slow')).toHaveLength(4);
      gate.open();
      await run;
      expect(engine().receiver.at('/slow')).toHaveLength(5);
    });
  });

  it('in relaxed order are not sent at the same time as the retry of an earlier delivery', async () => {
    const gate = new Gate();
    engine().receiver.on('/hooks', inSequence(answer(500), gate.behaviour));
    await engine().endpoint('acme', '/hooks');
    await publish('m1');
    await engine().runAll();
    engine().advance(7 * SECOND);
    await publish('m1');
    const run = engine().runOnce();
    expect(await inFlight(2)).toBe(2);
    gate.open();
    await run;
    await engine().runAll();
    const [first, retry, second] = engine().receiver.arrivals.map(({ headers }) => headers['webhook-id']);
    expect(retry).toBe(first);
    expect(second).not.toBe(first);
  });

  it('without order are sent at the same time', async () => {
    const gate = new Gate();
    engine().receiver.on('/hooks', gate.behaviour);
    await engine().endpoint('acme', '/hooks', { ordering: 'none' });
    await publish('m1', 'm1', 'm1', 'm1');
    const run = engine().runOnce();
    await engine().receiver.arrived(4);
    gate.open();
    await run;
  });

  it('carry increasing numbers', async () => {
    await engine().endpoint('acme', '/hooks');
    await publish('m1', 'm1', 'm1');
    await engine().runAll();
    const numbers = engine().receiver.arrivals.map(({ headers }) => Number(headers['webhook-sequence']));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(3);
  });

  it('do not hide other subjects, even if more than a hundred deliveries wait for a request that hangs', async () => {
    const gate = new Gate();
    engine().receiver.on('/hooks', gate.behaviour);
    await engine().endpoint('acme', '/hooks');
    await publish('m1');
    const run = engine().runOnce();
    await engine().receiver.arrived(1);
    await publish(...Array.from({ length: 120 }, () => 'm1'), 'm2');
    const other = engine().workers[1]!.webhooks.runOnce();
    await engine().receiver.arrived(2);
    expect(engine().receiver.arrivals).toHaveLength(2);
    gate.open();
    await Promise.all([run, other]);
    await engine().runAll();
    expect(engine().receiver.arrivals).toHaveLength(122);
  });
});

// The retry is due after an hour, so it is not due before the test ends, even on a slow machine.
describe('If a delivery is retried after an hour, later deliveries of its subject', () => {
  const engine = useEngine({
    workers: 2,
    options: { delivery: { retry: { attempts: 3, delayMs: HOUR } } },
  });

  const publish = (...subjects: string[]) =>
    engine().publish(...subjects.map((subject) => delivered('acme', subject)));

  it('in relaxed order do not wait for the retry', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
    await engine().endpoint('acme', '/hooks');
    await publish('m1', 'm1');
    await engine().runAll();
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'pending', attemptCount: 1 },
      { state: 'delivered', attemptCount: 1 },
    ]);
  });

  it('in strict order wait until that delivery has ended', async () => {
    const fails = inSequence(answer(500), answer(200));
    engine().receiver.on('/hooks', (response, arrival) => {
      const subject = Number(arrival.headers['webhook-sequence']) === first ? fails : answer(200);
      subject(response, arrival);
    });
    await engine().endpoint('acme', '/hooks', { ordering: 'strict' });
    await publish('m1', 'm1', 'm2');
    const [{ first }] = (await engine().query('select min(sequence)::int as first from $events')) as [
      { first: number },
    ];
    await engine().runOnce(); // by one worker, because two at the same time may relay m2 before m1
    await engine().runAll();
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'pending', attemptCount: 1 },
      { state: 'pending', attemptCount: 0 },
      { state: 'delivered', attemptCount: 1 },
    ]);
    engine().advance(2 * HOUR);
    await engine().runAll();
    expect(await engine().count('$deliveries where state = $1', ['delivered'])).toBe(3);
  });

  it('in strict order are sent after that delivery is cancelled', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
    await engine().endpoint('acme', '/hooks', { ordering: 'strict' });
    await publish('m1', 'm1');
    await engine().runAll();
    const [first] = await engine().deliveries('acme');
    await engine().webhooks.deliveries.cancel('acme', first!.id);
    engine().advance(SECOND);
    await engine().runAll();
    expect(await engine().deliveries('acme')).toMatchObject([{ state: 'discarded' }, { state: 'delivered' }]);
  });

  it('in strict order do not hide other subjects, even if hundreds of deliveries wait for the retry', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
    await engine().endpoint('acme', '/hooks', { ordering: 'strict' });
    await publish('m1');
    await engine().runAll();
    await publish(...Array.from({ length: 600 }, () => 'm1'));
    await engine().runAll();

    await publish('m2', 'm3');
    await engine().runAll();

    const subjects = engine().receiver.arrivals.map(({ body }) => JSON.parse(body).data.message.id as string);
    expect(subjects).toEqual(['m1', 'm2', 'm3']);
  });

  it('in strict order do not hide another subject from the first runOnce() of a new worker', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
    await engine().endpoint('acme', '/hooks', { ordering: 'strict' });
    await publish('m1');
    await engine().runAll();
    await publish(...Array.from({ length: 600 }, () => 'm1'));
    await engine().runAll();

    const worker = await engine().addWorker();
    await publish('m2');
    await expect(worker.webhooks.runOnce()).resolves.toMatchObject({ relayed: 1, delivered: 1 });
  });
});
