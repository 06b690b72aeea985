import { delivered, useEngine } from './support/engine.js';
import { answer, Gate, inSequence } from './support/receiver.js';
import { until } from '../faults/until.js';
import { Leases } from '../../libs/webhooks/src/engine/claim/leases.js';
import { Dispatcher } from '../../libs/webhooks/src/engine/dispatcher.js';
import { Retention } from '../../libs/webhooks/src/engine/maintenance/retention.js';
import { LineLogger } from '../../libs/webhooks/src/core/line-logger.js';
import { Pipeline } from '../../libs/webhooks/src/engine/pipeline.js';
import { DestinationReader } from '../../libs/webhooks/src/engine/destinations/destination-reader.js';
import { advanceClock } from '../support/clock.js';
import { type Explained, rowsRead } from '../support/rows-read.js';
import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import type { WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import type { DeliveryNotice } from '../../libs/webhooks/src/observability/delivery-events.js';

const DAY = 24 * 3_600_000;

describe('Retention', () => {
  const engine = useEngine();
  const rows = async () => ({
    events: await engine().count('$events'),
    deliveries: await engine().count('$deliveries'),
    attempts: await engine().count('$attempts'),
  });

  it('takes away what ended 30 days ago, by success or not, with its events and attempts, and nothing younger', async () => {
    engine().receiver.on('/b', answer(500));
    await engine().endpoint('a', '/a');
    await engine().endpoint('a', '/b', { retryOnError: false });
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    const [failed] = await engine()
      .deliveries('a')
      .then((all) => all.filter(({ state }) => state === 'exhausted'));
    await engine().webhooks.deliveries.retry('a', failed!.id); // so that it has a history
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

  it('never takes what has not ended, nor its event, and counts from the end', async () => {
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

  it('takes events that nobody was to get, and none that were not relayed', async () => {
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    await engine().publish(delivered('a', 'm2'));
    engine().advance(31 * DAY);
    await engine().first.maintenance.runRound();
    const left = await engine().query<{ subject: string }>('select subject from $events');
    expect(left).toEqual([{ subject: 'm2' }]);
  });

  it('ends the memory of idempotency keys', async () => {
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

  it('goes through many batches, and takes events in the round that takes their last delivery', async () => {
    await engine().endpoint('a', '/a');
    await engine().endpoint('a', '/b');
    await engine().publish(...Array.from({ length: 700 }, (_, i) => delivered('a', `m${i}`)));
    await engine().runOnce();
    expect(await rows()).toMatchObject({ events: 700, deliveries: 1_400 });
    const stopping = await engine().addWorker();
    engine().advance(31 * DAY);
    const lines = jest.spyOn(LineLogger.prototype, 'log');
    // A process that stops after its first batch says where, and the next round of any process continues.
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

describe('A long history of which nothing is old enough', () => {
  const engine = useEngine();
  const HISTORY = 20_000;

  it('is not read from end to end by a round', async () => {
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

/** Explains the statements of small batches that `matches` names, before each runs. Returns the rows that each reads. */
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

describe('An endpoint that its tenant deleted', () => {
  const engine = useEngine();
  afterEach(() => jest.restoreAllMocks());

  it('is not read by the relay, however many of them there are', async () => {
    await engine().endpoint('a', '/a');
    await engine().query(
      `insert into $endpoints
         (id, tenant_id, url, events, profile, secrets, skip_error_codes, state_at, created_at, updated_at, deleted_at)
       select gen_random_uuid(), 'a', 'https://example.com', '["*"]', 'standard', '[]', '[]', n, n, n, n
         from generate_series(1, 5000) n`,
    );
    await engine().query(
      `insert into $lanes (tenant_id, endpoint_id, state)
       select tenant_id, id, 'closed' from $endpoints where deleted_at is not null`,
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

  it('takes nothing', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    engine().advance(4_000 * DAY);
    await engine().first.maintenance.runRound();
    expect(await engine().count('$deliveries')).toBe(1);
  });

  it('still takes an endpoint an hour after its tenant deleted it, if it never had a delivery', async () => {
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

describe('The backlog of a paused endpoint', () => {
  const alerts: WebhookAlert[] = [];
  const engine = useEngine({
    options: {
      limits: { pausedBacklog: 10 },
      alerts: { channels: [callbackChannel((alert) => alerts.push(alert))] },
    },
  });
  const subjects = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `m${String(from + index).padStart(2, '0')}`);
  const publish = async (from: number, to: number) => {
    await engine().publish(...subjects(from, to).map((subject) => delivered('a', subject)));
    await engine().runOnce();
    engine().advance(1000);
    await engine().first.maintenance.runRound();
  };
  const stateOf = async (id: string) => {
    const { data } = await engine().webhooks.deliveries.listOf('a', id, { limit: 100 });
    return data.map(({ event, state, reason }) => `${event.subject} ${reason ?? state}`).toSorted();
  };
  const each = (from: number, to: number, state: string) =>
    subjects(from, to).map((subject) => `${subject} ${state}`);

  it('is counted by each of three busy workers in every third round', async () => {
    const { module, maintenance } = engine().first;
    const counts = jest.spyOn(module.get<Store>(STORE, { strict: false }), 'checkPausedBacklogs');
    jest.replaceProperty(module.get(Leases, { strict: false }), 'workers', 3);
    const countsOfRounds: number[] = [];
    for (let round = 1; round <= 7; round++) {
      await maintenance.runRound();
      countsOfRounds.push(counts.mock.calls.length);
    }
    expect(countsOfRounds).toEqual([1, 1, 1, 2, 2, 2, 3]);
    jest.restoreAllMocks();
    for (let round = 1; round <= 2; round++) await maintenance.runRound(); // the last that are skipped
  });

  it('loses its oldest beyond the limit, after an alert at 80 %, and recover brings them back', async () => {
    const { id } = await engine().endpoint('a', '/paused', { active: false });
    await publish(1, 7);
    await engine().runOnce();
    expect(alerts).toEqual([]);
    await publish(8, 10);
    await engine().runOnce();
    expect(alerts).toMatchObject([
      { kind: 'endpoint.backlog_filling', endpointId: id, data: { backlog: 10, limit: 10 } },
    ]);
    expect(alerts[0]!.text).toContain('10 deliveries wait for it; at most 10 may.');
    expect(await stateOf(id)).toEqual(each(1, 10, 'pending'));

    await publish(11, 13);
    expect(await stateOf(id)).toEqual([...each(1, 3, 'backlog-full'), ...each(4, 13, 'pending')]);
    expect(engine().log.warnings).toEqual([
      `Discarded the 3 oldest deliveries that waited for the paused endpoint ${id}: the limit is 10 (limits.pausedBacklog)`,
    ]);
    expect(alerts).toHaveLength(1);
    engine().log.warnings.length = 0;

    const { endpoints } = engine().webhooks;
    await endpoints.resume('a', id);
    await engine().runOnce();
    expect(await stateOf(id)).toEqual([...each(1, 3, 'backlog-full'), ...each(4, 13, 'delivered')]);
    expect(await endpoints.recover('a', id, { since: new Date(0).toISOString() })).toMatchObject({
      recovered: 3,
    });
    await engine().runOnce();
    expect(await stateOf(id)).toEqual(each(1, 13, 'delivered'));
  });
});

describe('The lane of callbacks to an origin', () => {
  const engine = useEngine({ workers: 2 });
  const keeper = () => engine().workers[1]!;
  const store = () => engine().first.module.get<Store>(STORE, { strict: false });
  const callback = (tenantId: string, subject: string) =>
    delivered(tenantId, subject, { callbackUrl: engine().receiver.url('/callback') });
  const callbackLanes = () => engine().count('$lanes where endpoint_id is null');
  const strayDeliveries = () =>
    engine().count('$deliveries d where not exists (select 1 from $lanes l where l.id = d.lane_id)');
  /** Leaves the lane of `tenantId` behind with no deliveries. */
  const emptyLane = async (tenantId: string) => {
    await engine().publish(callback(tenantId, 'm0'));
    await engine().runOnce();
    await engine().query('delete from $deliveries');
    engine().receiver.arrivals.length = 0;
    expect(await callbackLanes()).toBe(1);
  };

  it('goes in the round that takes its last delivery, and not before; those of endpoints stay', async () => {
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

  it('is made anew by the next event with such a callback', async () => {
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
    ['wants a turn', 'next_due_at = 1'],
    ['has something in flight', 'in_flight = 1'],
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

  it('is found behind any number of others, a bounded look at a time', async () => {
    await engine().query(
      `insert into $lanes (tenant_id, endpoint_id) select 'a', gen_random_uuid() from generate_series(1, 2500)`,
    );
    await engine().query(`insert into $lanes (tenant_id, origin) values ('a', 'https://example.com')`);
    const next = await store().deleteIdleLanes('0');
    expect([Number(next) > 0, await callbackLanes()]).toEqual([true, 1]);
    expect(await store().deleteIdleLanes(next)).toBe('0');
    expect([await callbackLanes(), await engine().count('$lanes')]).toEqual([0, 2_500]);
  });

  it('goes in batches', async () => {
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

  it('is made anew by a relay that saw it and finds that it is being deleted', async () => {
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

  it('stays when a relay committed a delivery just before the lock, too late for the first look', async () => {
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

  it('never goes from under a delivery, however relay and retention meet', async () => {
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
    // Else nothing was shown.
    expect((await lanesMade()) - before).toBeGreaterThan(tenants.length * 2);
  });
});

/** Longer than a lease, ms. */
const LEASE_OVER = 66_000;

describe('What a worker holds that says nothing any more', () => {
  const engine = useEngine({ workers: 2 });
  const other = () => engine().workers[1]!.webhooks;

  it.each([200, 500])(
    'is sent by another one when the lease is over; its own late %i changes nothing, and is told',
    async (late) => {
      const gate = new Gate(answer(late));
      engine().receiver.on('/a', inSequence(gate.behaviour, answer(204)));
      await engine().endpoint('a', '/a');
      await engine().publish(delivered('a', 'm1'));
      const lost: DeliveryNotice[] = [];
      const stop = engine().webhooks.events.on('leaseLost', (notice) => lost.push(notice));
      const running = engine().runOnce();
      await engine().receiver.arrived(1);

      expect(await other().runOnce()).toMatchObject({ delivered: 0 });
      engine().advance(LEASE_OVER);
      expect(await other().runOnce()).toMatchObject({ delivered: 1 });
      const before = await engine().deliveries('a');
      gate.open();
      expect(await running).toMatchObject({ delivered: 0, leaseLost: 1 });
      stop();

      expect(before).toMatchObject([{ state: 'delivered', attemptCount: 1, lastAttempt: { status: 204 } }]);
      expect(await engine().deliveries('a')).toEqual(before);
      expect(lost).toMatchObject([{ deliveryId: before[0]!.id }]);
      const [one, two] = engine().receiver.at('/a');
      expect(two!.body).toBe(one!.body);
      expect(two!.headers['webhook-id']).toBe(one!.headers['webhook-id']);
    },
  );
});

describe('A worker', () => {
  const engine = useEngine({ options: { worker: { slots: 1 } } });

  it('begins no attempt that could outlive its lease', async () => {
    const gate = new Gate();
    engine().receiver.on('/slow', gate.behaviour);
    await engine().endpoint('a', '/slow', { ordering: 'none' });
    await engine().publish(delivered('a', 'm1'), delivered('a', 'm2'));
    const running = engine().runOnce();
    await engine().receiver.arrived(1);

    // The second has waited for its turn since; what is left of the lease is shorter than a timeout.
    const leases = engine().first.module.get(Leases, { strict: false });
    const { covers } = leases;
    jest
      .spyOn(leases, 'covers')
      .mockImplementationOnce((id, timeoutMs) => covers.call(leases, id, timeoutMs + 55_000));
    gate.open();

    expect(await running).toMatchObject({ delivered: 2, returned: 1 });
    expect(engine().receiver.arrivals).toHaveLength(2);
    const [first, second] = await engine().deliveries('a');
    expect([first!.attemptCount, second!.attemptCount]).toEqual([1, 1]);
  });
});

describe('A worker that cannot record what it has sent', () => {
  const engine = useEngine();
  const LEASE = 65_000;

  /** The disk is full, for outcomes alone. */
  const refuse = () =>
    engine().query(`
      create function refuse() returns trigger language plpgsql as $body$
        begin raise exception 'no space left' using errcode = '53100'; end $body$;
      create trigger refuse before update on $deliveries for each row
        when (new.attempts > old.attempts) execute function refuse()`);
  const accept = () => engine().query('drop function refuse cascade');
  /** Runs between two steps of the worker: the clock does not jump within one. */
  const betweenSteps = (work: () => void) =>
    engine()
      .first.module.get(Pipeline, { strict: false })
      .exclusively(async () => work());

  it('for longer than its lease sends nothing again, and records it when it can', async () => {
    await engine().endpoint('acme', '/handed-over');
    await engine().endpoint('acme', '/claimed', { maxInFlight: 5 });
    await refuse();
    const events = Array.from({ length: 5 }, (_, i) => delivered('acme', `m${i}`));
    await engine().publish(...events);
    const running = [engine().runOnce()];
    await engine().receiver.arrived(10);
    const dispatcher = engine().first.module.get(Dispatcher, { strict: false });
    await until('all responses', () => dispatcher.inFlight === 0);
    await until('a failed recording', () => engine().log.errors.length > 0);
    for (let leases = 0; leases < 3; leases++) {
      await betweenSteps(() => engine().advance(LEASE + 1));
      running.push(engine().runOnce());
    }
    await betweenSteps(() => undefined);
    await engine().first.module.get(Leases, { strict: false }).deleteFinished(true);
    const now = engine().first.database.clock.now();
    const leases = await engine().count('$leases where expires_at > $1::bigint', [now]);

    await accept();
    await Promise.all(running);
    // Others could not have taken them over meanwhile, nor would a crash have lost them.
    expect(leases).toBe(1);
    for (const path of ['/handed-over', '/claimed']) expect(engine().receiver.at(path)).toHaveLength(5);
    expect(await engine().count(`$deliveries where state = 'delivered' and attempts = 1`)).toBe(10);
    expect(engine().log.errors.splice(0)).toContainEqual(
      expect.stringMatching(/Recording \d+ outcomes failed: no space left; next try in/),
    );
  });

  it('when it ends leaves it to the next one, which sends it again when the lease has expired', async () => {
    await engine().endpoint('acme', '/handed-over');
    await refuse();
    await engine().publish(delivered('acme', 'm1'));
    const running = engine().runOnce();
    await until('a try to record', () => engine().log.errors.splice(0).length > 0);
    engine().first.module.get(Dispatcher, { strict: false }).abandon();
    await running;
    expect(await engine().count('$leases')).toBe(1);

    await accept();
    engine().advance(LEASE + 1);
    await engine().runOnce();
    expect(engine().receiver.arrivals).toHaveLength(2);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(1);
    engine().log.errors.splice(0);
  });
});
