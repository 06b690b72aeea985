import { percentile, settle } from './figures.js';
import { promises } from './reconcile.js';
import { until } from './until.js';
import { World } from './world.js';

const HANGING = 200;
const EACH = 3;
const LOADED = 300;
/** A longer transaction would mean that the host waits for a receiver. */
const UNHARMED_MS = 500;

const subjects = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}-${i}`);

describe(`A host with a pool of five connections and ${HANGING} endpoints that never answer`, () => {
  it('keeps working, and its other endpoints get their events', async () => {
    const world = await World.create();
    try {
      const host = await world.host({ pool: 5 });
      await world.register(host, '/healthy', {}, 'healthy');
      const alone = await host.load('healthy', subjects('alone', LOADED), 2);
      const paths = subjects('/hangs', HANGING);
      for (const path of paths) {
        await world.ledger.behave(path, { hang: true });
        await world.register(host, path, {}, path);
      }
      for (const path of paths) await host.publish(path, subjects(path, EACH));
      await world.ledger.arrivals(LOADED + 64);

      const beside = await host.load('healthy', subjects('beside', LOADED), 2);
      const loaded = performance.now();
      await until(
        'all requests of the healthy endpoint to arrive',
        () => world.ledger.lines('/healthy').length === LOADED * 2,
      );
      const late = performance.now() - loaded;
      const unanswered = await world.count(`webhook_deliveries where state <> 'delivered'`);
      for (const path of paths) await world.ledger.behave(path, {});
      await world.drained();

      const measured = {
        'host p99 without them (ms)': Math.round(percentile(alone, 0.99)),
        'host p99 with them (ms)': Math.round(percentile(beside, 0.99)),
        'all requests of the healthy endpoint arrived after (ms)': Math.round(late),
      };
      const account = await settle(world, measured);
      expect(account).toMatchObject({ ...promises(), deliveries: HANGING * EACH + LOADED * 2 });
      expect(account).toMatchObject({ duplicates: 0, takeOvers: 0 });
      expect(unanswered).toBeGreaterThanOrEqual(HANGING * EACH);
      expect(percentile(beside, 0.99)).toBeLessThan(UNHARMED_MS);
      expect(late).toBeLessThan(UNHARMED_MS * 4);
    } finally {
      await world.close();
    }
  });
});
