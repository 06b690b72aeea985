import { setTimeout as delay } from 'node:timers/promises';
import { again } from './again.js';
import { percentile, settle } from './figures.js';
import { randomOf, seed } from './random.js';
import { promises } from './reconcile.js';
import { World } from './world.js';

const BACKLOG = 300;
const EVENTS = 1_500;

describe('Retention during traffic', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.close());

  it('deletes each delivery as soon as it has ended, and no sooner, even if two workers delete at the same time', async () => {
    const random = randomOf(seed);
    const api = await world.host({ role: 'api' });
    await world.register(api, '/quick');
    await world.register(api, '/slow');
    await world.register(api, '/flaky');
    const paused = await world.register(api, '/paused', { active: false });
    await world.ledger.behave('/slow', { delayMs: 30 });
    await api.publish('acme', subjects('backlog', BACKLOG));
    const settings = { role: 'worker', retentionMs: 0 } as const;
    const workers = await Promise.all([world.host(settings), world.host(settings)]);
    const keeping = workers.map((worker) => again(() => worker.process.ask('keepHouse')));
    const failing = again(async () => {
      await world.ledger.behave('/flaky', { status: random() < 0.3 ? 500 : 204 });
      await delay(20);
    });

    const times = await api.load('acme', subjects('m', EVENTS), 2);
    const deletedEarly = await world.count('gone_deliveries');
    await failing.stop();
    await world.ledger.behave('/flaky', {});
    await api.call('endpoints', 'resume', 'acme', paused.id);
    await world.drained();
    for (const each of keeping) await each.stop();
    for (const worker of workers) await worker.process.ask('keepHouse');

    const p99 = Math.round(percentile(times, 0.99));
    const account = await settle(world, {
      'deleted while publishing': deletedEarly,
      'publish p99 (ms)': p99,
    });
    const events = BACKLOG + EVENTS;
    expect(account).toMatchObject({ ...promises(), committed: events, deliveries: events * 4 });
    expect(account).toMatchObject({ duplicates: 0, takeOvers: 0 });
    expect(await world.count(`gone_deliveries where state in ('pending', 'sending')`)).toBe(0);
    // Retention has deleted deliveries during the traffic, not only after it.
    expect(deletedEarly).toBeGreaterThan(EVENTS);
    for (const table of ['webhook_events', 'webhook_deliveries', 'webhook_attempts'])
      expect(await world.count(table)).toBe(0);
    expect(p99).toBeLessThan(500);
  });
});

function subjects(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i}`);
}
