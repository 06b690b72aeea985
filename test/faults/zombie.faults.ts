import { settle } from './figures.js';
import { promises } from './reconcile.js';
import { HAND_OVER, LARGE } from './statements.js';
import { until } from './until.js';
import { World } from './world.js';

describe('A worker that is stopped and comes back late (SIGSTOP, SIGCONT)', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.close());

  it('with an answer to a request it had in flight: the answer changes nothing', async () => {
    const zombie = await world.host();
    await world.register(zombie, '/held');
    await world.ledger.behave('/held', { hold: true });
    await zombie.publish('acme', ['m1']);
    await world.ledger.arrivals(1);
    zombie.process.signal('SIGSTOP');

    await world.ledger.behave('/held', {});
    await world.host({ role: 'worker' });
    await world.drained();
    const [before] = await world.rows('select * from webhook_deliveries');
    await world.ledger.release('/held');
    zombie.process.signal('SIGCONT');
    await until('the zombie to notice', async () => (await lost(zombie)) === 1);

    expect(await world.rows('select * from webhook_deliveries')).toEqual([before]);
    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, attempts: 1, duplicates: 1 });
  });

  it('with a failed request for a delivery that another worker has delivered: the delivery stays delivered', async () => {
    const zombie = await world.host();
    await world.register(zombie, '/hung');
    await world.ledger.behave('/hung', { hang: true });
    await zombie.publish('acme', ['m1']);
    await world.ledger.arrivals(1);
    zombie.process.signal('SIGSTOP');

    await world.ledger.behave('/hung', {});
    await world.host({ role: 'worker' });
    await world.drained();
    zombie.process.signal('SIGCONT');
    await until('the zombie to notice', async () => (await lost(zombie)) === 1);

    expect(await world.rows('select state, attempts from webhook_deliveries')).toEqual([
      { state: 'delivered', attempts: 1 },
    ]);
    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, duplicates: 1 });
  });

  it('in the middle of relaying, after its lease has ended: it gets no delivery, and nothing is lost even if it dies then', async () => {
    const zombie = await world.host();
    await world.register(zombie, '/hook');
    const relaying = zombie.database.hold('before', HAND_OVER);
    await zombie.publish('acme', ['m1'], { text: LARGE });
    const held = await relaying;
    zombie.process.signal('SIGSTOP');
    await world.host({ role: 'worker' });
    await until('the lease of the zombie to be taken back', async () => (await world.leasesOf(zombie)) === 0);

    const commit = zombie.database.hold('after', /^(commit|rollback)/i);
    held.release();
    zombie.process.signal('SIGCONT');
    await commit;
    await zombie.kill();
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0 });
  });
});

/** Number of outcomes that this host recorded too late. */
async function lost(host: { call<Result>(part: null, method: string): Promise<Result> }): Promise<number> {
  const { recorded } = await host.call<{ recorded: { leaseLost: number } }>(null, 'stats');
  return recorded.leaseLost;
}
