import { settle } from './figures.js';
import type { Host } from './host.js';
import { promises } from './reconcile.js';
import { CLAIM, HAND_OVER, LARGE, RECORD } from './statements.js';
import { until } from './until.js';
import { World } from './world.js';

/** The client cannot tell these apart: in both cases its connection breaks while it waits for the response. */
const SIDES = [
  ['before', 'the COMMIT reached the server'],
  ['after', 'the server has committed'],
] as const;

describe.each(SIDES)('A connection that breaks %s %s:', (side) => {
  let world: World;
  let host: Host;
  beforeEach(async () => {
    world = await World.create();
    host = await world.host();
  });
  afterEach(() => world.close());

  /** If the server has committed the lease, the delivery is taken over when the lease expires. */
  const takeOvers = side === 'after' ? 1 : 0;

  it('the host tries its transaction again: the event is sent once', async () => {
    await world.register(host, '/hook');
    const commit = host.database.holdCommit(side, /host_messages/);
    const first = host.publish('acme', ['m1'], { keyed: true });
    const refused = expect(first).rejects.toThrow();
    (await commit).cut();
    await refused;

    await host.publish('acme', ['m1'], { keyed: true });
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), committed: 1, requests: 1, duplicates: 0 });
  });

  it('the relay does not know what its transaction took: the event is sent once', async () => {
    await world.register(host, '/hook');
    const commit = host.database.holdCommit(side, HAND_OVER);
    await host.publish('acme', ['m1'], { text: LARGE });
    (await commit).cut();

    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0, takeOvers });
  });

  it('the relay does not know what its one statement took: the event is sent once', async () => {
    await world.register(host, '/hook');
    const statement = host.database.hold(side, HAND_OVER);
    await host.publish('acme', ['m1']);
    (await statement).cut();

    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0, takeOvers });
  });

  it('a worker does not know what it claimed: the delivery is sent once', async () => {
    await world.register(host, '/limited', { maxInFlight: 1 });
    const commit = host.database.holdCommit(side, CLAIM);
    await host.publish('acme', ['m1']);
    (await commit).cut();

    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0, takeOvers });
  });

  it('a worker does not know whether a success is on record: the delivery counts as delivered, and is not sent again', async () => {
    await world.register(host, '/hook');
    const record = host.database.hold(side, RECORD);
    await host.publish('acme', ['m1']);
    (await record).cut();

    await world.drained();
    await until('the worker to log that recording failed', () =>
      /Recording \d+ outcomes failed/.test(host.process.output),
    );
    const recorded = await until('the outcome to be counted', async () => {
      const stats = await host.call<{ recorded: Record<string, number> }>(null, 'stats');
      return stats.recorded.delivered! + stats.recorded.leaseLost! > 0 && stats.recorded;
    });

    expect(recorded).toMatchObject({ delivered: 1, leaseLost: 0 });
    expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0, takeOvers: 0 });
  });

  it('a worker does not know whether a failure is on record: the failure counts as one attempt, and its retry counts as another', async () => {
    await world.register(host, '/hook');
    await world.ledger.behave('/hook', { failFirst: true });
    const record = host.database.hold(side, RECORD);
    await host.publish('acme', ['m1']);
    (await record).cut();

    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, attempts: 2, takeOvers: 0 });
  });
});
