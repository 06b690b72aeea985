import { settle } from './figures.js';
import { promises } from './reconcile.js';
import { World } from './world.js';

const HOUR = 3_600_000;
const subjects = Array.from({ length: 50 }, (_, i) => `m${i}`);
/** One retry after exactly 2 s. */
const retry = { schedule: [2_000], jitter: 0 };

describe('Clocks', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.close());

  /** The largest difference (ms) between a signed timestamp in the ledger and the receiver's clock. */
  function furthest(offset = 0): number {
    return Math.max(
      ...world.ledger.lines().map(({ at, timestamp }) => Math.abs(Number(timestamp) * 1000 - at - offset)),
    );
  }

  /** The waits (ms) between the first and the second request of each delivery, sorted. */
  function waits(path: string): number[] {
    const first = new Map<string, number>();
    const between: number[] = [];
    for (const { id, at } of world.ledger.lines(path)) {
      if (first.has(id)) between.push(at - first.get(id)!);
      else first.set(id, at);
    }
    return between.toSorted((a, b) => a - b);
  }

  it('of two workers are wrong by three hours, in opposite directions: leases, retries and signatures use the database’s clock', async () => {
    const options = { delivery: { retry } };
    const early = await world.host({ clockErrorMs: -3 * HOUR, options });
    const late = await world.host({ clockErrorMs: 3 * HOUR, options });
    await world.register(early, '/hook');
    await world.register(late, '/failing');
    await world.register(late, '/limited', { maxThroughputPerMinute: 6_000, maxInFlight: 2 });
    await world.ledger.behave('/failing', { failFirst: true });
    await early.publish('acme', ['e1', 'e2']);
    await late.publish('acme', ['l1', 'l2']);
    await world.drained();

    expect(waits('/failing')).toHaveLength(4);
    expect(waits('/failing')[0]).toBeGreaterThanOrEqual(1_990);
    expect(waits('/failing').at(-1)).toBeLessThan(30_000);
    await world.ledger.behave('/failing', {});
    await Promise.all([early.publish('acme', subjects), late.publish('acme', ['l3'])]);
    await world.drained();

    const account = await settle(world, { 'wrong by (h)': 3 });
    expect(account).toMatchObject({ ...promises(), duplicates: 0, takeOvers: 0 });
    expect(furthest()).toBeLessThan(30_000);
    const [row] = await world.rows<{ wrong: number }>(
      `select max(abs(created_at - extract(epoch from clock_timestamp()) * 1000))::float8 as wrong from webhook_events`,
    );
    expect(row!.wrong).toBeLessThan(120_000);
  });

  it('go back by an hour when summer time ends: whatever the time zone of a worker, no wait is an hour longer or shorter', async () => {
    await world.rows(
      `do $$ begin execute format('alter database %I set timezone = ''America/New_York''', current_database()); end $$`,
    );
    // 01:59:57 in New York, three seconds before it is 01:00:00 again.
    const offset = Date.parse('2026-11-01T05:59:57Z') - Date.now();
    const settings = { clockOffset: offset, clockErrorMs: offset, options: { delivery: { retry } } };
    const newYork = await world.host({ ...settings, timeZone: 'America/New_York' });
    await world.host({ ...settings, timeZone: 'Pacific/Kiritimati', role: 'worker' });
    await world.host({ ...settings, timeZone: 'Asia/Kathmandu', role: 'worker' });
    await world.register(newYork, '/failing');
    await world.ledger.behave('/failing', { failFirst: true });
    for (const batch of ['a', 'b', 'c', 'd']) {
      await newYork.publish('acme', [`${batch}1`]);
      await newYork.publish('acme', [`${batch}2`]);
      await world.drained();
    }

    expect(waits('/failing')).toHaveLength(8);
    expect(waits('/failing')[0]).toBeGreaterThanOrEqual(1_990);
    expect(waits('/failing').at(-1)).toBeLessThan(30_000);
    expect(furthest(offset)).toBeLessThan(30_000);
    expect(await settle(world)).toMatchObject({ ...promises(), duplicates: 0, takeOvers: 0 });
  });
});
