import { settle } from './figures.js';
import { promises } from './reconcile.js';
import { World } from './world.js';

const subjects = Array.from({ length: 200 }, (_, i) => `m${i}`);

describe('A worker that is told to stop (SIGTERM)', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.close());

  for (const [how, settings] of [
    ['with shutdown hooks', { shutdownHooks: true }],
    ['with handleSignals', { options: { worker: { handleSignals: true } } }],
  ] as const) {
    it(`finishes its requests, returns unsent deliveries to their lanes, and repeats nothing (${how})`, async () => {
      const worker = await world.host(settings);
      await world.register(worker, '/slow');
      await world.ledger.behave('/slow', { delayMs: 300 });
      await worker.publish('acme', subjects);
      await world.ledger.arrivals(20);

      worker.process.signal('SIGTERM');
      await worker.process.exit();
      expect(await world.count('webhook_leases')).toBe(0);
      expect(await world.count(`webhook_deliveries where state = 'sending'`)).toBe(0);
      expect(await world.count(`webhook_deliveries where state = 'pending'`)).toBeGreaterThan(0);
      await world.ledger.behave('/slow', {});
      await world.host();
      await world.drained();

      expect(await settle(world)).toMatchObject({
        ...promises(),
        deliveries: subjects.length,
        duplicates: 0,
        takeOvers: 0,
      });
    });
  }

  it('ends although an endpoint never answers, and the delivery is sent again later', async () => {
    const worker = await world.host({ shutdownHooks: true, options: { worker: { drainMs: 200 } } });
    await world.register(worker, '/hung');
    await world.ledger.behave('/hung', { hang: true });
    await worker.publish('acme', ['m1']);
    await world.ledger.arrivals(1);

    worker.process.signal('SIGTERM');
    await worker.process.exit();
    expect(await world.count(`webhook_deliveries where state = 'pending' and attempts = 0`)).toBe(1);
    await world.ledger.behave('/hung', {});
    await world.host();
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, attempts: 1, takeOvers: 0 });
  });

  it('ends although the database cannot be reached, and the delivery is sent again', async () => {
    const worker = await world.host({ shutdownHooks: true, options: { worker: { drainMs: 500 } } });
    await world.register(worker, '/held');
    await world.ledger.behave('/held', { hold: true });
    await worker.publish('acme', ['m1']);
    await world.ledger.arrivals(1);
    await worker.database.close();
    await world.ledger.release('/held');

    worker.process.signal('SIGTERM');
    await worker.process.exit();
    await world.ledger.behave('/held', {});
    await world.host();
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, duplicates: 1, takeOvers: 1 });
  });
});
