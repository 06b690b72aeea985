import { settle } from './figures.js';
import { type Host, LEASE_MS } from './host.js';
import { promises } from './reconcile.js';
import { CLAIM, HAND_OVER, LARGE, LOOK, RECORD } from './statements.js';
import { Spares } from './spares.js';
import { until } from './until.js';
import { World } from './world.js';

/** Options of a host whose clock is already past the end of the dead host's leases. So the test need not wait. */
const AFTER_THE_LEASE = { clockOffset: LEASE_MS };

/** Processes that a test has stopped, but not killed. The next test reuses them. */
const spares = new Spares();
afterAll(() => spares.end());

describe('A process that is killed with kill -9', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create(undefined, spares);
  });
  afterEach(() => world.close());

  it('before the answer: the delivery is sent again, with the same id and bytes', async () => {
    const first = await world.host();
    await world.register(first, '/held');
    await world.ledger.behave('/held', { hold: true });
    await first.publish('acme', ['m1']);
    await world.ledger.arrivals(1);

    await first.kill();
    await world.ledger.behave('/held', {});
    await world.host(AFTER_THE_LEASE);
    await world.drained();

    expect(await settle(world)).toMatchObject({
      ...promises(),
      requests: 2,
      attempts: 1,
      duplicates: 1,
      takeOvers: 1,
    });
  });

  it('after the answer and before the record: the delivery is sent again, with the same id and bytes', async () => {
    const first = await world.host();
    await world.register(first, '/hook');
    const record = first.database.hold('before', RECORD);
    await first.publish('acme', ['m1']);
    await record;

    await first.kill();
    expect(world.ledger.lines()).toHaveLength(1);
    await world.host(AFTER_THE_LEASE);
    await world.drained();

    expect(await settle(world)).toMatchObject({
      ...promises(),
      requests: 2,
      attempts: 1,
      duplicates: 1,
      takeOvers: 1,
    });
  });

  it('after the relay has looked for events and before it hands them over: the event is sent exactly once', async () => {
    const first = await world.host({ options: { worker: { idlePollMs: 60_000 } } });
    await world.register(first, '/hook');
    const look = first.database.hold('after', LOOK);
    await first.publish('acme', ['m1']);
    await look;
    expect(await world.count('webhook_deliveries')).toBe(0);

    await first.kill();
    await world.host(AFTER_THE_LEASE);
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0, takeOvers: 0 });
  });

  it.each([
    ['in a transaction', LARGE, 'holdCommit'],
    ['in one statement', undefined, 'hold'],
  ] as const)(
    'after the hand-over %s and before the request: the delivery is sent exactly once',
    async (_, text, hold) => {
      const first = await world.host();
      await world.register(first, '/hook');
      const commit = first.database[hold]('after', HAND_OVER);
      await first.publish('acme', ['m1'], { text });
      await commit;
      expect(await world.count(`webhook_deliveries where state = 'sending'`)).toBe(1);

      await first.kill();
      await world.host(AFTER_THE_LEASE);
      await world.drained();

      expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0, takeOvers: 1 });
    },
  );

  it('after a claim from a lane and before the request: the delivery is sent exactly once', async () => {
    const first = await world.host();
    await world.register(first, '/limited', { maxInFlight: 1 });
    const claim = first.database.holdCommit('after', CLAIM);
    await first.publish('acme', ['m1', 'm2']);
    await claim;
    expect(world.ledger.count).toBe(0);

    await first.kill();
    await world.host(AFTER_THE_LEASE);
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, duplicates: 0, takeOvers: 1 });
  });

  it('after a claim of the only delivery in a lane: the delivery is sent, although nothing else happens in that lane', async () => {
    const first = await world.host();
    await world.register(first, '/hook');
    await world.ledger.behave('/hook', { status: 500 });
    const claim = first.database.holdCommit('after', CLAIM);
    await first.publish('acme', ['m1']);
    await claim;

    await first.kill();
    await world.ledger.behave('/hook', {});
    await world.host(AFTER_THE_LEASE);
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, attempts: 2, duplicates: 0 });
  });

  it("during the host's commit: the event exists if and only if the host's row does", async () => {
    const worker = await world.host({ role: 'worker' });
    await world.register(worker, '/hook');
    const before = await world.host({ role: 'api' });
    const unseen = before.database.holdCommit('before', /host_messages/);
    const after = await world.host({ role: 'api' });
    const done = after.database.holdCommit('after', /host_messages/);
    // Both hosts are killed before they get the response.
    void before.publish('acme', ['rolled-back']).catch(() => undefined);
    void after.publish('acme', ['committed']).catch(() => undefined);
    await Promise.all([unseen, done]);

    await Promise.all([before.kill(), after.kill()]);
    await until('the event of the committed row', () => world.count('webhook_events'));
    await world.drained();

    expect(await world.rows('select id from host_messages')).toEqual([{ id: 'committed' }]);
    expect(await settle(world)).toMatchObject({ ...promises(), committed: 1, requests: 1, duplicates: 0 });
  });
});

describe('A new session that the server ends at once', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create(undefined, spares);
  });
  afterEach(() => world.close());

  /** Cuts all connections of `host`. The host opens new ones, and the server ends the session of the first new connection. */
  async function endFirstSession(host: Host, open: () => Promise<unknown> = async () => undefined) {
    const session = host.database.joinReadyAndEnd();
    host.database.cut();
    const opened = open();
    await world.rows('select pg_terminate_backend($1)', [await session]);
    await opened;
  }

  it('does not end a web process: the statement fails, and the next statement gets another session', async () => {
    const web = await world.host({ role: 'api', replicated: true });
    for (const query of ['query', 'queryReplica']) {
      await endFirstSession(web, () =>
        expect(web.process.ask(query, 'select 1 as one')).rejects.toThrow('not queryable'),
      );
      expect(await web.process.ask(query, 'select 1 as one')).toEqual([{ one: 1 }]);
    }
    await web.stop();
  });

  it('does not end a worker: the worker continues to deliver', async () => {
    const worker = await world.host();
    await world.register(worker, '/hook');
    await endFirstSession(worker);
    await until('the worker to publish again', () =>
      worker.publish('acme', ['m1']).then(
        () => true,
        () => !worker.process.alive,
      ),
    );
    await world.drained();
    expect(await settle(world)).toMatchObject({ ...promises(), requests: 1, duplicates: 0 });
  });
});

/** A trigger that notes every owner of a lease. */
const LEASE_OWNERS = `
  create table lease_owners (owner text primary key);
  create function note_owner() returns trigger language plpgsql as $$
  begin
    insert into lease_owners values (new.owner) on conflict do nothing;
    return null;
  end $$;
  create trigger owner after insert on webhook_leases for each row execute function note_owner();
`;

describe('Two worker processes on one queue', () => {
  it('share the work, send each delivery once, and together keep to the limits of an endpoint', async () => {
    const world = await World.create(undefined, spares);
    try {
      await world.rows(LEASE_OWNERS);
      const api = await world.host({ role: 'api' });
      await Promise.all([world.host({ role: 'worker' }), world.host({ role: 'worker' })]);
      await world.register(api, '/plain');
      await world.register(api, '/two-at-once', { maxInFlight: 2 });
      await world.ledger.behave('/two-at-once', { delayMs: 5 });
      const subjects = Array.from({ length: 200 }, (_, i) => `m${i}`);

      for (let i = 0; i < subjects.length; i += 20) await api.publish('acme', subjects.slice(i, i + 20));
      await world.drained();

      expect(await settle(world)).toMatchObject({
        ...promises(),
        deliveries: 400,
        duplicates: 0,
        takeOvers: 0,
      });
      expect(await world.count('lease_owners')).toBe(2);
      expect(world.ledger.mostAtOnce('/two-at-once')).toBe(2);
    } finally {
      await world.close();
    }
  }, 240_000); // three processes, which are slow on a busy machine
});
