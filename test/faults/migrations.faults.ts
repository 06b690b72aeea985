import { again } from './again.js';
import { settle } from './figures.js';
import type { Host } from './host.js';
import { promises } from './reconcile.js';
import { RECORD } from './statements.js';
import { until } from './until.js';
import { World } from './world.js';

describe('When the migrations go down and up again while workers run,', () => {
  let world: World;
  let api: Host;
  beforeEach(async () => {
    world = await World.create();
    api = await world.host({ role: 'api' });
  });
  afterEach(() => world.close());

  const migrate = (direction: 'up' | 'down') => api.process.ask('migrate', direction);

  it('under load, workers log errors and continue, the host gets errors, and later events are delivered', async () => {
    const workers = await Promise.all([world.host({ role: 'worker' }), world.host({ role: 'worker' })]);
    await world.register(api, '/quick');
    await world.register(api, '/limited', { maxInFlight: 2 });
    let published = 0;
    let refused = 0;
    const publishing = again(() =>
      api.publish('acme', [`old${published++}`]).catch((error: Error) => {
        if (!/webhook_/.test(error.message)) throw error;
        refused++;
      }),
    );
    await world.ledger.arrivals(50);
    await migrate('down');
    await until('both workers to log the error', () =>
      workers.every(({ process }) => /Polling the database failed/.test(process.output)),
    );
    await until('the host to get an error', () => refused > 0);
    await publishing.stop();
    // If an event is refused, the host's row is rolled back with it.
    expect(await world.count('host_messages')).toBe(published - refused);

    await migrate('up');
    await world.beginAnew();
    for (const path of ['/quick', '/limited']) await world.register(api, path);
    for (let i = 0; i < 100; i++) await api.publish('acme', [`new${i}`]);
    await world.drained();

    for (const { process } of workers) expect(process.alive).toBe(true);
    const account = await settle(world, { 'refused while down': refused });
    expect(account).toMatchObject({ ...promises(), committed: 100, deliveries: 200, requests: 200 });
  });

  it('the response to an earlier delivery does not change a later delivery with the same number', async () => {
    const late = await world.host({ role: 'worker' });
    await world.register(api, '/held');
    await world.ledger.behave('/held', { hold: true });
    await api.publish('acme', ['before']);
    await world.ledger.arrivals(1);
    // `late` must record the outcome of the request to `/held`, and do nothing else. So `late` is stopped (SIGSTOP) while
    // another worker takes the next event.
    const record = late.database.hold('before', RECORD);
    await world.ledger.release('/held');
    const held = await record;

    await migrate('down');
    await migrate('up');
    await world.beginAnew();
    await world.register(api, '/failing');
    await world.ledger.behave('/failing', { hold: true, status: 500 });
    late.process.signal('SIGSTOP');
    await world.host({ role: 'worker' });
    await api.publish('acme', ['after']);
    await world.ledger.arrivals(2);
    held.release();
    late.process.signal('SIGCONT');
    await until('the late worker to report its outcome', async () => {
      const { recorded } = await late.call<{ recorded: { leaseLost: number; delivered: number } }>(
        null,
        'stats',
      );
      return recorded.leaseLost + recorded.delivered > 0;
    });
    await world.ledger.behave('/failing', {});
    await world.ledger.release('/failing');
    await world.drained();

    // One attempt failed, and one succeeded.
    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, attempts: 2, duplicates: 0 });
  });
});
