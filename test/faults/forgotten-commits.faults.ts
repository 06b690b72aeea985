import { settle } from './figures.js';
import type { Host } from './host.js';
import { OwnPostgres } from './own-postgres.js';
import { promises } from './reconcile.js';
import { RECORD } from './statements.js';
import { until } from './until.js';
import { World } from './world.js';

/** Enough deliveries to widen the concurrency windows of both endpoints. */
const PROVEN = 30;
const FORGOTTEN = 16;
const LIMIT = 4;

const subjects = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}-${i}`);

describe('After a database crash that loses the commits not yet on disk,', () => {
  let postgres: OwnPostgres;
  let world: World;
  let host: Host;
  beforeEach(async () => {
    postgres = await OwnPostgres.start();
    world = await World.create(postgres.url);
    // For ten seconds, only a durable commit flushes the write-ahead log.
    await world.rows(`alter system set wal_writer_delay = '10s'`);
    await world.rows('select pg_reload_conf()');
    host = await world.host({ leaseMs: 60_000 });
  });
  afterEach(async () => {
    await world.close();
    await postgres.stop();
  });

  /** Crashes the database. The receiver answers the held requests before the host can reach the database again. */
  async function crash(paths: string[], held: number): Promise<void> {
    await postgres.restart('immediate');
    for (const path of paths) expect(await world.ledger.release(path)).toBe(held);
    await world.moved(postgres.url);
  }

  it('no hand-over is lost: no delivery number is assigned twice, so no answer counts for another delivery', async () => {
    // This extra event shifts the numbers of deliveries by one, so that a number that is assigned twice can belong first to a
    // delivery of `/good` and then to one of `/bad`. In this case, the count of `/bad` below is too high.
    await world.register(host, '/first', {}, 'first');
    await host.publish('first', ['m1']);
    for (const path of ['/good', '/bad']) await world.register(host, path, { timeoutMs: 30_000 });
    await host.publish('acme', subjects('proven', PROVEN));
    await world.drained();
    const before = world.ledger.count;
    await world.ledger.behave('/good', { hold: true });
    await world.ledger.behave('/bad', { hold: true, status: 404 });
    await world.rows('select pg_reload_conf()'); // starts the ten seconds of `wal_writer_delay` again
    await host.publish('acme', subjects('forgotten', FORGOTTEN));
    await world.ledger.arrivals(before + FORGOTTEN * 2);
    const forgotten = await underWay(world);

    const record = host.database.hold('before', RECORD);
    await crash(['/good', '/bad'], FORGOTTEN);
    const held = await record;
    const again = await until('deliveries that have not ended', async () => {
      const rows = await underWay(world);
      return rows.length > 0 && rows;
    });
    // If the hand-over were forgotten, other deliveries would get these numbers under the same lease.
    expect(again).toEqual(forgotten);
    held.release();
    await until('the answers to be on record', async () => {
      const { recorded } = await host.call<{ recorded: Record<string, number> }>(null, 'stats');
      return recorded.delivered! + recorded.retried! + recorded.leaseLost! >= before + FORGOTTEN * 2;
    });
    // `/bad` has answered none of the forgotten deliveries with a success.
    expect(await delivered(world, '/bad')).toBe(PROVEN);
    for (const path of ['/good', '/bad']) await world.ledger.behave(path, {});
    for (const path of ['/good', '/bad']) await world.ledger.release(path);
    await world.drained();

    expect(await settle(world)).toMatchObject(promises());
  });

  it('lost claims are made again, only requests in flight are repeated, and no limit is exceeded', async () => {
    await world.register(host, '/limited', { maxInFlight: LIMIT, timeoutMs: 30_000 });
    await world.ledger.behave('/limited', { hold: true });
    await world.rows('select pg_reload_conf()');
    await host.publish('acme', subjects('claimed', FORGOTTEN));
    await world.ledger.arrivals(LIMIT);
    await world.ledger.behave('/limited', {});

    await crash(['/limited'], LIMIT);
    await world.drained();

    const account = await settle(world);
    // A forgotten claim leaves no trace in the table `audit`, so the second request of its delivery counts as unexplained.
    expect(account).toMatchObject({ ...promises(), unexplained: LIMIT, requests: FORGOTTEN + LIMIT });
    expect(await world.count('webhook_lanes where in_flight <> 0')).toBe(0);
    expect(world.ledger.mostAtOnce('/limited')).toBe(LIMIT);
  });
});

function underWay(world: World): Promise<unknown[]> {
  return world.rows(
    `select id, event_sequence, lane_id from webhook_deliveries where state <> 'delivered' order by id`,
  );
}

function delivered(world: World, path: string): Promise<number> {
  return world.count(
    `webhook_deliveries d join webhook_lanes l on l.id = d.lane_id join webhook_endpoints e on e.id = l.endpoint_id
      where d.state = 'delivered' and e.url like $1`,
    [`%${path}`],
  );
}
