import { settle } from './figures.js';
import { promises } from './reconcile.js';
import { World } from './world.js';

describe('Two worker processes on one queue', () => {
  it('share the work, send each delivery once, and keep to the limits of an endpoint together', async () => {
    const world = await World.create();
    try {
      const api = await world.host({ role: 'api' });
      await Promise.all([world.host({ role: 'worker' }), world.host({ role: 'worker' })]);
      await world.register(api, '/plain');
      await world.register(api, '/two-at-once', { maxInFlight: 2 });
      await world.ledger.behave('/two-at-once', { delayMs: 5 });
      const subjects = Array.from({ length: 200 }, (_, i) => `m${i}`);
      const owners = watchOwners(world);

      for (let i = 0; i < subjects.length; i += 20) await api.publish('acme', subjects.slice(i, i + 20));
      await world.drained();

      expect(await settle(world)).toMatchObject({
        ...promises(),
        deliveries: 400,
        duplicates: 0,
        takeOvers: 0,
      });
      expect((await owners.stop()).size).toBe(2);
      expect(world.ledger.mostAtOnce('/two-at-once')).toBe(2);
    } finally {
      await world.close();
    }
  }, 240_000); // three processes and a disk: on a busy machine they take their time
});

/** Looks again and again who holds leases. */
function watchOwners(world: World): { stop(): Promise<Set<string>> } {
  const owners = new Set<string>();
  const watching = new AbortController();
  const watched = (async () => {
    while (!watching.signal.aborted) {
      for (const { owner } of await world.rows<{ owner: string }>('select owner from webhook_leases'))
        owners.add(owner);
    }
    return owners;
  })();
  return {
    stop: () => {
      watching.abort();
      return watched;
    },
  };
}
