import { delivered, useEngine } from './support/engine.js';
import { answer } from './support/receiver.js';
import { Retention } from '../../libs/webhooks/src/engine/maintenance/retention.js';
import { LineLogger } from '../../libs/webhooks/src/core/line-logger.js';
import { type Explained, rowsRead } from '../support/rows-read.js';
import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';

const DAY = 24 * 3_600_000;

/** Explains each frequent statement that `matches` accepts, before it first runs. Returns how many rows each reads. */
function explainOnce(matches: (sql: string) => boolean): { sql: string; rows: number }[] {
  const explained: { sql: string; rows: number }[] = [];
  const { frequent } = Session.prototype;
  jest.spyOn(Session.prototype, 'frequent').mockImplementation(async function (this: Session, sql, ...rest) {
    if (matches(sql) && !explained.some((each) => each.sql === sql)) {
      const runner = this.dataSource.createQueryRunner();
      await runner.startTransaction();
      try {
        const [row] = await runner.query(`explain (analyze, format json) ${sql}`, rest[0]);
        explained.push({ sql, rows: rowsRead(row as Explained) });
      } finally {
        await runner.rollbackTransaction();
        await runner.release();
      }
    }
    return frequent.call(this, sql, ...rest) as never;
  });
  return explained;
}

describe('Retention', () => {
  const engine = useEngine();
  const rows = async () => ({
    events: await engine().count('$events'),
    deliveries: await engine().count('$deliveries'),
    attempts: await engine().count('$attempts'),
  });

  it('deletes deliveries that ended 30 days ago, successful or not, with their events and attempts, and nothing younger', async () => {
    engine().receiver.on('/b', answer(500));
    await engine().endpoint('a', '/a');
    await engine().endpoint('a', '/b', { retryOnError: false });
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    const [failed] = await engine()
      .deliveries('a')
      .then((all) => all.filter(({ state }) => state === 'exhausted'));
    await engine().webhooks.deliveries.retry('a', failed!.id); // a second attempt: $attempts keeps the first one
    await engine().runOnce();
    expect(await rows()).toEqual({ events: 1, deliveries: 2, attempts: 1 });

    engine().advance(29 * DAY);
    await engine().publish(delivered('a', 'm2'));
    await engine().runOnce();
    await engine().first.maintenance.runRound();
    expect(await rows()).toEqual({ events: 2, deliveries: 4, attempts: 1 });

    engine().advance(2 * DAY);
    await engine().first.maintenance.runRound();
    expect(await rows()).toEqual({ events: 1, deliveries: 2, attempts: 0 });
    expect((await engine().deliveries('a')).map(({ event }) => event.subject)).toEqual(['m2', 'm2']);
  });

  it('keeps each delivery and its event until 30 days after the delivery has ended, however long the delivery waits', async () => {
    const { id } = await engine().endpoint('a', '/a', { active: false });
    await engine().endpoint('a', '/b');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    engine().advance(400 * DAY);
    await engine().first.maintenance.runRound();
    expect(await rows()).toEqual({ events: 1, deliveries: 1, attempts: 0 });

    await engine().webhooks.endpoints.resume('a', id);
    await engine().runOnce();
    expect(engine().receiver.at('/a')).toHaveLength(1);
    await engine().first.maintenance.runRound();
    expect(await rows()).toEqual({ events: 1, deliveries: 1, attempts: 0 });
    engine().advance(31 * DAY);
    await engine().first.maintenance.runRound();
    expect(await rows()).toEqual({ events: 0, deliveries: 0, attempts: 0 });
  });

  it('deletes events without deliveries, but keeps events that are not relayed yet', async () => {
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    await engine().publish(delivered('a', 'm2'));
    engine().advance(31 * DAY);
    await engine().first.maintenance.runRound();
    const left = await engine().query<{ subject: string }>('select subject from $events');
    expect(left).toEqual([{ subject: 'm2' }]);
  });

  it('deletes idempotency keys with their events', async () => {
    const event = delivered('a', 'm1', { idempotencyKey: 'k' });
    const [first] = await engine().publish(event);
    await engine().runOnce();
    engine().advance(29 * DAY);
    await engine().first.maintenance.runRound();
    expect(await engine().publish(event)).toEqual([{ id: first!.id, duplicate: true }]);
    engine().advance(2 * DAY);
    await engine().first.maintenance.runRound();
    expect(await engine().publish(event)).toMatchObject([{ duplicate: false }]);
  });

  it('works through many batches, and deletes events in the round that deletes their last delivery', async () => {
    await engine().endpoint('a', '/a');
    await engine().endpoint('a', '/b');
    await engine().publish(...Array.from({ length: 700 }, (_, i) => delivered('a', `m${i}`)));
    await engine().runOnce();
    expect(await rows()).toMatchObject({ events: 700, deliveries: 1_400 });
    const stopping = await engine().addWorker();
    engine().advance(31 * DAY);
    const lines = jest.spyOn(LineLogger.prototype, 'log');
    // If a process stops after its first batch, it logs its progress. The next round continues, in whichever process it runs.
    const store = stopping.module.get<Store>(STORE, { strict: false });
    jest.spyOn(store, 'countOldDeliveries').mockImplementationOnce((which) => {
      stopping.module.get(Retention, { strict: false }).stop();
      return store.countOldDeliveries(which);
    });
    await stopping.maintenance.runRound();
    const deliveries = { matched: 1_400, done: 500, left: 900 };
    expect((await stopping.webhooks.stats()).retention).toEqual({ deliveries, bodies: null });
    expect(await rows()).toMatchObject({ deliveries: 900 });
    await engine().first.maintenance.runRound();
    expect(await rows()).toEqual({ events: 0, deliveries: 0, attempts: 0 });
    const reported = lines.mock.calls.map(([line]) => line).filter((line) => line.startsWith('Deleting old'));
    lines.mockRestore();
    expect(reported).toEqual([
      'Deleting old deliveries: 1400 matched, 500 done, 900 left',
      'Deleting old deliveries: 1400 matched, 500 done, 900 left: the next round continues',
      'Deleting old deliveries: 900 matched, 500 done, 400 left',
      'Deleting old deliveries: 900 matched, 900 done, 0 left',
    ]);
  });
});

describe('A long history in which nothing is old enough to delete', () => {
  const engine = useEngine();
  const HISTORY = 20_000;

  it('is not read completely by a round of maintenance', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    await engine().query(
      `with event as (
         insert into $events (id, tenant_id, type, occurred_at, created_at, data)
         select gen_random_uuid(), tenant_id, type, occurred_at, created_at, data from $events, generate_series(1, ${HISTORY})
         returning sequence
       )
       insert into $deliveries (event_sequence, lane_id, created_at, finished_at, state, wire_type, body)
       select e.sequence, d.lane_id, d.created_at, d.finished_at, d.state, d.wire_type, d.body from event e, $deliveries d`,
    );
    await engine().query(`insert into $lanes (tenant_id, origin) values ('a', 'https://idle.example.com')`);
    await engine().query('analyze $events');
    await engine().query('analyze $deliveries');
    const { database, maintenance } = engine().first;
    const asked = jest.spyOn(database, 'queryUnlogged');
    await maintenance.runRound();
    const scans = asked.mock.calls.filter(([sql]) => sql.includes('scanned'));
    asked.mockRestore();
    expect(scans).toHaveLength(4); // for deliveries, events, deleted endpoints and idle lanes
    for (const [sql, parameters] of scans) {
      const [row] = await database.query<Explained>(`explain (analyze, format json) ${sql}`, parameters);
      expect(rowsRead(row!)).toBeLessThan(HISTORY / 2);
    }
  });
});

describe('An endpoint that its tenant deleted', () => {
  const engine = useEngine();
  afterEach(() => jest.restoreAllMocks());

  it('is not read by the relay, however many such endpoints there are', async () => {
    await engine().endpoint('a', '/a');
    await engine().query(
      `insert into $endpoints
         (id, tenant_id, url, events, profile, secrets, skip_error_codes, state_at, created_at, updated_at, deleted_at)
       select gen_random_uuid(), tenant_id, 'https://example.com', '["*"]', 'standard', '[]', '[]', n, n, n, deleted_at
         from generate_series(1, 5000) n
        cross join lateral (values ('a', n), ('b' || n, null)) as each (tenant_id, deleted_at)`,
    );
    await engine().query(
      `insert into $lanes (tenant_id, endpoint_id, state)
       select tenant_id, id, case when deleted_at is null then 'open' else 'closed' end
         from $endpoints
        where tenant_id <> 'a' or deleted_at is not null`,
    );
    await engine().query('analyze $endpoints');
    await engine().query('analyze $lanes');
    const explained = explainOnce((sql) => sql.includes(engine().first.database.tables.endpoints));
    await engine().publish(delivered('a', 'm1'));
    expect(await engine().runOnce()).toMatchObject({ relayed: 1, delivered: 1 });
    // One statement reads the events with their endpoints, and one relays them.
    expect(explained.map(({ rows }) => rows < 20)).toEqual([true, true]);
  });
});

describe('Retention that the host switched off', () => {
  const engine = useEngine({ options: { retention: { keepMs: false } } });

  it('deletes nothing', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    engine().advance(4_000 * DAY);
    await engine().first.maintenance.runRound();
    expect(await engine().count('$deliveries')).toBe(1);
  });

  it('still deletes an endpoint an hour after its tenant has deleted it, if the endpoint never had a delivery', async () => {
    const used = await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    const unused = await engine().endpoint('a', '/b');
    for (const { id } of [used, unused]) await engine().webhooks.endpoints.delete('a', id);
    const leftAfter = async (ms: number) => {
      engine().advance(ms);
      await engine().first.maintenance.runRound();
      return engine().count('$endpoints e join $lanes l on l.endpoint_id = e.id');
    };
    expect([await leftAfter(3_500_000), await leftAfter(200_000)]).toEqual([2, 1]);
  });
});
