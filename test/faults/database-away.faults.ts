import { setTimeout as delay } from 'node:timers/promises';
import { settle } from './figures.js';
import type { Host } from './host.js';
import { OwnPostgres } from './own-postgres.js';
import { randomOf, seed } from './random.js';
import { promises } from './reconcile.js';
import { LARGE, TAKE_EVENTS } from './statements.js';
import { until } from './until.js';
import { World } from './world.js';

/** The maximum number of requests that two workers have in flight together. */
const IN_FLIGHT = 2 * 64;

describe('While the database comes and goes,', () => {
  for (const mode of ['fast', 'immediate'] as const) {
    it(`a ${mode === 'fast' ? 'restart' : 'crash'} of the server loses nothing that was committed`, async () => {
      const postgres = await OwnPostgres.start();
      const world = await World.create(postgres.url);
      try {
        const api = await world.host({ role: 'api' });
        await Promise.all([world.host({ role: 'worker' }), world.host({ role: 'worker' })]);
        await world.register(api, '/quick');
        await world.register(api, '/slow');
        await world.ledger.behave('/slow', { delayMs: 20 });
        const publishing = publishThroughout(api, 300);

        await world.ledger.arrivals(60);
        await postgres.restart(mode);
        await world.moved(postgres.url);
        const refused = await publishing;
        await world.drained();

        const account = await settle(world, { refused });
        // Claims commit asynchronously, so a crash may undo them. An undone claim leaves no record, so the second request
        // that it causes is unexplained.
        const undone = mode === 'fast' ? 0 : IN_FLIGHT;
        expect(account).toMatchObject({ ...promises(), unexplained: expect.any(Number) });
        expect(account.unexplained).toBeLessThanOrEqual(undone);
        expect(account.committed).toBeGreaterThanOrEqual(300 - refused);
        expect(account.duplicates).toBeLessThanOrEqual(account.takeOvers + undone);
      } finally {
        await world.close();
        await postgres.stop();
      }
    });
  }

  describe('on the server of this run,', () => {
    let world: World;
    beforeEach(async () => {
      world = await World.create();
    });
    afterEach(() => world.close());

    it('sessions that are ended again and again lose nothing', async () => {
      const random = randomOf(seed);
      const api = await world.host({ role: 'api' });
      await Promise.all([world.host({ role: 'worker' }), world.host({ role: 'worker' })]);
      await world.register(api, '/quick');
      await world.register(api, '/limited', { maxInFlight: 4 });
      const publishing = publishThroughout(api, 300);

      let ended = 0;
      for (let i = 0; i < 15; i++) {
        await delay(random() * 200);
        const [row] = await world.rows<{ n: number }>(
          `select count(pg_terminate_backend(pid))::int as n from pg_stat_activity where application_name like 'host-%'
              and datname = current_database()`,
        );
        ended += row!.n;
      }
      const refused = await publishing;
      await world.drained();

      const account = await settle(world, { ended, refused });
      expect(account).toMatchObject(promises());
      expect(account.duplicates).toBeLessThanOrEqual(account.takeOvers);
    });

    it('a read-only database delays deliveries and loses none', async () => {
      const worker = await world.host();
      await world.register(worker, '/held');
      await world.ledger.behave('/held', { hold: true });
      await worker.publish('acme', ['before']);
      await world.ledger.arrivals(1);

      await readOnly(world, true);
      await until('a write to be refused', async () =>
        /read-only/.test(String(await worker.publish('acme', ['during']).catch(String))),
      );
      await world.ledger.release('/held');
      await world.ledger.behave('/held', {});
      await until('the outcome to be refused', () =>
        /Recording \d+ outcomes failed/.test(worker.process.output),
      );
      await readOnly(world, false);
      await until('a write to be taken', () => worker.publish('acme', ['after']).catch(() => null));
      await world.drained();

      expect(await settle(world)).toMatchObject({ ...promises(), committed: 2, requests: 2, duplicates: 0 });
    });

    it('a worker that went silent in the middle of its transaction holds up its events only for a short time', async () => {
      const silent = await world.host({ silenceMs: 2_000 });
      await world.register(silent, '/hook');
      const claimed = silent.database.hold('after', TAKE_EVENTS);
      await silent.publish('acme', ['m1'], { text: LARGE });
      await claimed;
      silent.database.freeze();

      await world.host({ role: 'worker' });
      await world.drained(20_000);
      silent.database.thaw();

      expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0 });
    });

    it('a worker whose connections go silent is replaced, and later continues by itself', async () => {
      const silent = await world.host({ role: 'worker', silenceMs: 2_000 });
      const api = await world.host({ role: 'api' });
      await world.register(api, '/hook');
      await api.publish('acme', ['m1']);
      await world.drained();

      silent.database.freeze();
      await api.publish('acme', ['m2']);
      const other = await world.host({ role: 'worker' });
      await world.drained();
      await other.stop();
      silent.database.thaw();
      await api.publish('acme', ['m3']);
      await world.drained();

      expect(await settle(world)).toMatchObject({ ...promises(), committed: 3 });
    });
  });
});

/** Publishes one by one, whatever happens. Returns how many calls failed. */
async function publishThroughout(api: Host, count: number): Promise<number> {
  let refused = 0;
  for (let i = 0; i < count; i++) {
    await api.publish('acme', [`m${i}`]).catch(() => refused++);
    await delay(10);
  }
  return refused;
}

/** Sets whether new sessions of the hosts can write, and ends the present sessions. */
async function readOnly(world: World, on: boolean): Promise<void> {
  await world.admin.query(
    `do $$ begin execute format('alter database %I set default_transaction_read_only = ${on}', current_database()); end $$`,
  );
  await world.rows(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'host-%' and datname = current_database()`,
  );
}
