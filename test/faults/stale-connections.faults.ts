import { setTimeout as delay } from 'node:timers/promises';
import { settle } from './figures.js';
import type { Host } from './host.js';
import { randomOf, seed } from './random.js';
import { promises } from './reconcile.js';
import { World } from './world.js';

const EVENTS = 400;

describe('A connection that the sender believes to be alive', () => {
  let world: World;
  let host: Host;
  beforeEach(async () => {
    world = await World.create();
    host = await world.host();
    await world.register(host, '/hook');
  });
  afterEach(() => world.close());

  const failures = () =>
    world.count(`webhook_deliveries where state <> 'delivered' or attempts <> 1 or error is not null`);

  it('is reset by the receiver before any answer: the request is sent once more, at once, as the same attempt', async () => {
    await world.ledger.behave('/hook', { resetReused: true });
    for (const subject of ['opens', 'meets a reset']) {
      await host.publish('acme', [subject]);
      await world.drained();
    }

    const [, reset, again] = world.ledger.lines();
    expect([reset!.reused, again!.reused]).toEqual([true, false]);
    expect(again).toMatchObject({ id: reset!.id, body: reset!.body, signature: reset!.signature });
    expect(again!.at - reset!.at).toBeLessThan(1_000);
    expect(await failures()).toBe(0);
    // The request is in the ledger twice, because the sender cannot know that the first one arrived.
    expect(await settle(world)).toMatchObject({ ...promises(), requests: 3, attempts: 2, unexplained: 1 });
  });

  it('is closed by the receiver at the moment of its use: no attempt fails, and nothing arrives twice', async () => {
    const random = randomOf(seed);
    await world.ledger.behave('/hook', { closeAfterMs: 4 });
    for (let i = 0; i < EVENTS; i++) {
      await host.publish('acme', [`m${i}`]);
      await delay(random() * 8);
    }
    await world.drained();

    const reused = world.ledger.lines().filter((line) => line.reused).length;
    expect(await failures()).toBe(0);
    const account = await settle(world, { 'on a used connection': reused });
    expect(account).toMatchObject({ ...promises(), requests: EVENTS, duplicates: 0 });
    // If no request came on a used connection, this test would show nothing.
    expect(reused).toBeGreaterThan(0);
    expect(reused).toBeLessThan(EVENTS);
  });
});
