import { Client } from 'pg';
import { percentile, settle } from './figures.js';
import { promises } from './reconcile.js';
import { CLAIM } from './statements.js';
import { World } from './world.js';

const EVENTS = 5_000;
const ROUNDS = 4;

describe('While somebody holds an old snapshot, so that nothing can be vacuumed,', () => {
  it(`a claim still takes milliseconds after ${EVENTS * ROUNDS} deliveries`, async () => {
    const world = await World.create();
    const old = new Client({ connectionString: world.url });
    try {
      await old.connect();
      const worker = await world.host();
      const { database } = worker;
      // The relay hands nothing over directly to an endpoint with a limit, so all deliveries are claimed from its lane.
      const endpoint = await world.register(worker, '/limited', { maxInFlight: 32, ordering: 'none' });
      const round = async (name: string): Promise<number> => {
        await worker.call('endpoints', 'pause', 'acme', endpoint.id);
        await worker.publish(
          'acme',
          Array.from({ length: EVENTS }, (_, i) => `${name}-${i}`),
        );
        await world.relayed();
        database.timed = CLAIM;
        database.times.length = 0;
        await worker.call('endpoints', 'resume', 'acme', endpoint.id);
        await world.drained();
        database.timed = null;
        return percentile(
          database.times.toSorted((a, b) => a - b),
          0.95,
        );
      };

      const before = await round('before');
      await old.query('begin isolation level repeatable read');
      await old.query('select 1 from webhook_events limit 1');
      let during = 0;
      for (let i = 0; i < ROUNDS; i++) during = await round(`during-${i}`);
      await old.query('rollback');

      const account = await settle(world, {
        'claim p95 before (ms)': Math.round(before),
        'claim p95 under the snapshot (ms)': Math.round(during),
      });
      expect(account).toMatchObject({ ...promises(), deliveries: EVENTS * (ROUNDS + 1), duplicates: 0 });
      // A claim reads past dead rows that cannot be vacuumed, and the maximum time below allows for that. If a claim
      // takes longer, the module is at fault.
      expect(during).toBeLessThan(Math.max(before * 5, 100));
    } finally {
      await old.end();
      await world.close();
    }
  });
});
