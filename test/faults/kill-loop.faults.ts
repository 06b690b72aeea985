import { setTimeout as delay } from 'node:timers/promises';
import { settle } from './figures.js';
import type { Host } from './host.js';
import { randomOf, seed } from './random.js';
import { promises } from './reconcile.js';
import { World } from './world.js';

const EVENTS = 3_000;
const WORKERS = 3;
const KILLS = 20;

describe('Three workers that are killed again and again', () => {
  it(`lose none of ${EVENTS} events, invent none, and repeat no more than the killed workers had in flight`, async () => {
    const world = await World.create();
    try {
      const random = randomOf(seed);
      const api = await world.host({ role: 'api' });
      await world.register(api, '/quick');
      await world.register(api, '/slow');
      await world.ledger.behave('/slow', { delayMs: 30 });
      await world.register(api, '/limited', { maxInFlight: 8 });
      await world.register(api, '/flaky', { ordering: 'none' });
      const workers = await Promise.all(
        Array.from({ length: WORKERS }, () => world.host({ role: 'worker' })),
      );

      const publishing = publishAll(world, api, random);
      const held = await killThem(world, workers, random);
      await publishing;
      await world.ledger.behave('/flaky', {});
      await world.drained();

      const account = await settle(world, { kills: KILLS, held });
      expect(account).toMatchObject({ ...promises(), committed: EVENTS, deliveries: EVENTS * 4 });
      expect(account.duplicates).toBeLessThanOrEqual(account.takeOvers);
      expect(account.duplicates).toBeLessThanOrEqual(held);
      // If the killed workers had held nothing, the test would show nothing.
      expect(held).toBeGreaterThan(0);
    } finally {
      await world.close();
    }
  });
});

/** Publishes all events in batches of random size, while the flaky endpoint switches between failure and success. */
async function publishAll(world: World, api: Host, random: () => number): Promise<void> {
  const waiting = Array.from({ length: EVENTS }, (_, i) => `m${i}`);
  while (waiting.length > 0) {
    await api.publish('acme', waiting.splice(0, 1 + Math.floor(random() * 60)));
    await world.ledger.behave('/flaky', { status: random() < 0.3 ? 500 : 204 });
    await delay(random() * 400);
  }
}

/**
 * Kills one worker after the other at random moments, and starts a new one each time. Returns how many deliveries the
 * killed workers held.
 */
async function killThem(world: World, workers: Host[], random: () => number): Promise<number> {
  let held = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(200 + random() * 800);
    const [victim] = workers.splice(Math.floor(random() * workers.length), 1);
    await victim!.kill();
    held += await world.heldBy(victim!);
    workers.push(await world.host({ role: 'worker' }));
  }
  return held;
}
