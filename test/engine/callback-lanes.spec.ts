import { delivered, useEngine } from './support/engine.js';
import { answer } from './support/receiver.js';
import { DestinationReader } from '../../libs/webhooks/src/engine/destinations/destination-reader.js';
import { advanceClock } from '../support/clock.js';
import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';

const DAY = 24 * 3_600_000;

/** Calls `work` after each statement of every worker, before its result is returned. */
function afterStatements(work: (sql: string) => Promise<void>): { mockRestore(): void } {
  const { query } = Session.prototype;
  return jest.spyOn(Session.prototype, 'query').mockImplementation(async function (
    this: Session,
    sql,
    ...rest
  ) {
    const rows = await query.call(this, sql, ...rest);
    await work(sql);
    return rows as never;
  });
}

describe('The lane of callbacks to an origin', () => {
  const engine = useEngine({ workers: 2 });
  const keeper = () => engine().workers[1]!;
  const store = () => engine().first.module.get<Store>(STORE, { strict: false });
  const callback = (tenantId: string, subject: string) =>
    delivered(tenantId, subject, { callbackUrl: engine().receiver.url('/callback') });
  const callbackLanes = () => engine().count('$lanes where endpoint_id is null');
  const strayDeliveries = () =>
    engine().count('$deliveries d where not exists (select 1 from $lanes l where l.id = d.lane_id)');
  /** Creates a callback lane of `tenantId` without deliveries. */
  const emptyLane = async (tenantId: string) => {
    await engine().publish(callback(tenantId, 'm0'));
    await engine().runOnce();
    await engine().query('delete from $deliveries');
    engine().receiver.arrivals.length = 0;
    expect(await callbackLanes()).toBe(1);
  };

  it('is deleted in the round that deletes its last delivery, and not before; lanes of endpoints stay', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(callback('a', 'm1'), callback('b', 'm1'));
    await engine().runOnce();
    engine().advance(29 * DAY);
    await engine().first.maintenance.runRound();
    expect(await callbackLanes()).toBe(2);

    await engine().publish(callback('b', 'm2'));
    await engine().runOnce();
    engine().advance(2 * DAY);
    await engine().first.maintenance.runRound();
    expect(await engine().query('select tenant_id from $lanes order by 1')).toEqual([
      { tenant_id: 'a' },
      { tenant_id: 'b' },
    ]);
    expect(await callbackLanes()).toBe(1);
  });

  it('is created again by the next event with a callback to its origin', async () => {
    await emptyLane('a');
    await engine().first.maintenance.runRound();
    expect(await callbackLanes()).toBe(0);
    await engine().publish(callback('a', 'm1'));
    await engine().runOnce();
    expect(engine().receiver.at('/callback')).toHaveLength(1);
    expect(await callbackLanes()).toBe(1);
  });

  it.each([
    ['is held', 'hold_until = (extract(epoch from now()) * 1000)::bigint + 86400000000'],
    ['is due', 'next_due_at = 1'],
    ['has a request in flight', 'in_flight = 1'],
    ['is closed', `state = 'closed'`],
  ])('stays while it %s', async (_, change) => {
    await emptyLane('a');
    await engine().query(`update $lanes set ${change}`);
    await engine().first.maintenance.runRound();
    expect(await callbackLanes()).toBe(1);
    await engine().query(`delete from $lanes`);
  });

  it('stays while a retry waits', async () => {
    engine().receiver.on('/callback', answer(500));
    await engine().publish(callback('a', 'm1'));
    await engine().runOnce();
    await engine().query('update $lanes set next_due_at = null');
    await engine().first.maintenance.runRound();
    expect(await callbackLanes()).toBe(1);
  });

  it('is found behind 2,500 other lanes, although each call reads a limited number of lanes', async () => {
    await engine().query(
      `insert into $lanes (tenant_id, endpoint_id) select 'a', gen_random_uuid() from generate_series(1, 2500)`,
    );
    await engine().query(`insert into $lanes (tenant_id, origin) values ('a', 'https://example.com')`);
    const next = await store().deleteIdleLanes('0');
    expect([Number(next) > 0, await callbackLanes()]).toEqual([true, 1]);
    expect(await store().deleteIdleLanes(next)).toBe('0');
    expect([await callbackLanes(), await engine().count('$lanes')]).toEqual([0, 2_500]);
  });

  it('is deleted in a batch of at most 500 lanes', async () => {
    await engine().query(
      `insert into $lanes (tenant_id, origin) select 'a', 'https://' || i from generate_series(1, 700) i`,
    );
    const next = await store().deleteIdleLanes('0');
    expect(await callbackLanes()).toBe(200);
    await store().deleteIdleLanes(next);
    expect(await callbackLanes()).toBe(0);
  });

  it('stays when a relay has found it and is about to insert a delivery', async () => {
    await emptyLane('a');
    const targets = engine().first.module.get(DestinationReader, { strict: false });
    const find = targets.readCallbacks.bind(targets);
    let kept = 0;
    const spy = jest.spyOn(targets, 'readCallbacks').mockImplementationOnce(async (...wanted) => {
      const found = await find(...wanted);
      await keeper().maintenance.runRound();
      kept = await callbackLanes();
      return found;
    });
    await engine().publish(callback('a', 'm1'));
    await engine().runOnce();
    spy.mockRestore();
    expect([kept, await strayDeliveries()]).toEqual([1, 0]);
    expect(engine().receiver.at('/callback')).toHaveLength(1);
  });

  it('is created again if it is deleted after a relay has found it, but before the relay has inserted a delivery', async () => {
    await emptyLane('a');
    await engine().publish(callback('a', 'm1'));
    let relaying: Promise<unknown> = Promise.resolve();
    let waited = false;
    const spy = afterStatements(async (sql) => {
      if (/delete from \S*webhook_lanes"? l where/.test(sql)) {
        let done = false;
        relaying = engine()
          .runOnce()
          .finally(() => (done = true));
        while (!waited && !done)
          waited =
            (await engine().count(
              `pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
            )) > 0;
      }
    });
    await keeper().maintenance.runRound();
    spy.mockRestore();
    await relaying;
    expect(waited).toBe(true);
    expect([await callbackLanes(), await strayDeliveries()]).toEqual([1, 0]);
    expect(engine().receiver.at('/callback')).toHaveLength(1);
  });

  it('stays if a relay commits a delivery after maintenance has found the lane empty', async () => {
    await emptyLane('a');
    const spy = afterStatements(async (sql) => {
      if (/webhook_lanes.* for update of l skip locked/s.test(sql.replaceAll('"', '')))
        await engine().query(
          `insert into $deliveries (event_sequence, lane_id, created_at, finished_at, state, wire_type, body)
           select 1, id, 0, 0, 'delivered', 'x', '' from $lanes`,
        );
    });
    await keeper().maintenance.runRound();
    spy.mockRestore();
    expect([await engine().count('$deliveries'), await callbackLanes()]).toEqual([1, 1]);
  });

  it('is never deleted while it has a delivery, however relay and retention overlap', async () => {
    const tenants = Array.from({ length: 10 }, (_, i) => `t${i}`);
    const rounds = 60;
    const lanesMade = async () => {
      const [last] = await engine().query<{ id: string }>(
        `select nextval(pg_get_serial_sequence($1, 'id')) as id`,
        [engine().first.database.tables.lanes],
      );
      return Number(last!.id);
    };
    const before = await lanesMade();
    advanceClock(keeper().module, 31 * DAY);
    let relaying = true;
    const keeping = Promise.all(
      [1, 2].map(async () => {
        while (relaying) await keeper().maintenance.runRound();
      }),
    );
    try {
      for (let i = 0; i < rounds; i++) {
        await engine().publish(...tenants.map((tenantId) => callback(tenantId, `m${i}`)));
        await engine().runOnce();
        expect(await strayDeliveries()).toBe(0);
      }
    } finally {
      relaying = false;
      await keeping;
      advanceClock(keeper().module, -31 * DAY);
    }
    expect(engine().receiver.at('/callback')).toHaveLength(rounds * tenants.length);
    expect(await engine().count('$unrelayed')).toBe(0);
    // Lanes were deleted and created again. Otherwise the test shows nothing.
    expect((await lanesMade()) - before).toBeGreaterThan(tenants.length * 2);
  });
});
