import { Pipeline } from '../../libs/webhooks/src/engine/pipeline.js';
import { delivered, type Engine, useEngine } from './support/engine.js';
import { answer, Gate, inSequence } from './support/receiver.js';

const HOUR = 3_600_000;

/** Adds `count` due deliveries about `subject` to the end of each lane. */
const addToAllLanes = (engine: Engine, subject: string, count: number) =>
  engine.query(
    `with event as (
       insert into $events (id, tenant_id, type, subject, occurred_at, created_at, data)
       select gen_random_uuid(), 'acme', 'message.delivered', $1::text, 1, 1, '{}' from generate_series(1, $2::int)
       returning sequence
     )
     insert into $deliveries (event_sequence, lane_id, wire_type, body, state, next_at, created_at, callback_url, profile)
     select e.sequence, l.lane_id, l.wire_type, $1, 'pending', e.sequence, 1, l.callback_url, l.profile
       from event e
      cross join (select distinct on (lane_id) * from $deliveries order by lane_id, id) l
      order by e.sequence`,
    [subject, count],
  );

describe('runOnce() delivers what is due', () => {
  const engine = useEngine({ options: { delivery: { retry: { schedule: [HOUR] } } } });

  it('behind any number of deliveries held back by subject order', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
    await engine().endpoint('acme', '/hooks', { ordering: 'strict' });
    await engine().publish(delivered('acme', 'held'));
    await engine().runOnce();
    await addToAllLanes(engine(), 'held', 5_000);
    await engine().publish(delivered('acme', 'other'));
    expect(await engine().runOnce()).toMatchObject({ relayed: 1, delivered: 1 });
    const [, { body }] = engine().receiver.arrivals as [unknown, { body: string }];
    expect(JSON.parse(body).data.message.id).toBe('other');
  });

  it('even if the deliveries have more bytes than the worker may hold at a time', async () => {
    await engine().endpoint('acme', '/hooks', { ordering: 'none' });
    const message = { id: 'm', direction: 'out', from: '+18005550199', to: '+256701521269' } as const;
    const large = delivered('acme', 'm', { data: { message: { ...message, body: 'x'.repeat(250_000) } } });
    for (let batch = 0; batch < 7; batch++)
      await engine().publish(...Array.from({ length: 20 }, () => large));
    expect(await engine().runOnce()).toMatchObject({ relayed: 140, delivered: 140 });
  });
});

describe('A running worker', () => {
  const engine = useEngine({ options: { delivery: { retry: { schedule: [HOUR] } } } });

  it('also delivers what is due behind any number of deliveries held back by subject order', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
    await engine().endpoint('acme', '/hooks', { ordering: 'strict' });
    await engine().publish(delivered('acme', 'held'));
    await engine().runOnce();
    await addToAllLanes(engine(), 'held', 5_000);
    await engine().publish(delivered('acme', 'other'));
    const { close } = await engine().addWorker({ role: 'all' });
    await engine().receiver.arrived(2);
    const [, { body }] = engine().receiver.arrivals as [unknown, { body: string }];
    expect(JSON.parse(body).data.message.id).toBe('other');
    engine().workers.pop();
    await close();
  });
});

describe('runOnce() while another worker runs', () => {
  const engine = useEngine({ workers: 2 });

  it('does not wait for deliveries that a request of another worker holds back; that worker sends them later', async () => {
    const gate = new Gate();
    engine().receiver.on('/slow', gate.behaviour);
    const slow = await engine().endpoint('acme', '/slow');
    await engine().publish(delivered('acme', 'm1'));
    const other = engine().workers[1]!.webhooks.runOnce();
    await engine().receiver.arrived(1);

    await engine().endpoint('acme', '/fine', { ordering: 'none' });
    await engine().publish(...Array.from({ length: 10 }, () => delivered('acme', 'm1')));
    const mine = await engine().runOnce();
    expect(mine.relayed).toBe(10);
    await engine().receiver.arrived(10, '/fine'); // the other worker still runs, and may have claimed some of these deliveries
    expect(engine().receiver.at('/fine')).toHaveLength(10);
    gate.open();
    expect(mine.delivered + (await other).delivered).toBe(21);
    expect(engine().receiver.at('/slow')).toHaveLength(11);
    const { data } = await engine().webhooks.deliveries.listOf('acme', slow.id, { states: ['pending'] });
    expect(data).toEqual([]);
  });

  it.each([
    ['an event', 'unrelayed'],
    ['a lane', 'lanes'],
  ] as const)(
    'waits for %s that another transaction has locked, and delivers when that transaction has rolled back',
    async (_, table) => {
      await engine().endpoint('acme', '/hooks');
      if (table === 'lanes') engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
      await engine().publish(delivered('acme', 'm1'));
      if (table === 'lanes') await engine().runOnce();
      engine().advance(HOUR); // a retry is due
      const { module, dataSource, database } = engine().first;
      const other = dataSource.createQueryRunner();
      await other.startTransaction();
      await other.query(`select 1 from ${database.tables[table]} for update`);

      const check = jest.spyOn(module.get(Pipeline, { strict: false }), 'checkForWork');
      let hasEnded = false;
      const run = engine()
        .runOnce()
        .finally(() => (hasEnded = true));
      while (!hasEnded && check.mock.calls.length < 3) await new Promise(setImmediate);
      check.mockRestore();
      await other.rollbackTransaction();
      await other.release();
      expect(await run).toMatchObject({ delivered: 1 });
    },
  );
});

describe('runOnce() of a worker with few slots', () => {
  const lanes = 200;
  const engine = useEngine({
    options: {
      delivery: { retry: { schedule: [HOUR] } },
      worker: { slots: 2 },
      limits: { registrationsPerMinute: 1000 },
      network: { lookup: async () => [{ address: '127.0.0.1', family: 4 }] },
    },
  });

  it('finds in each of 200 lanes the one delivery that need not wait, behind 20 that must wait', async () => {
    const { receiver } = engine();
    const origin = (lane: number) => receiver.url('/').replace('127.0.0.1', `h${lane}.hooks.dev`);
    const first = Array.from({ length: lanes }, (_, lane) =>
      delivered('acme', 'held', { callbackUrl: origin(lane) }),
    );
    await engine().publish(...first);
    expect(await engine().runOnce()).toMatchObject({ delivered: lanes });
    // Each lane has a retry that is due in an hour, 20 deliveries that wait for the retry, and one that does not wait.
    await engine().query(
      `update $deliveries
          set state = 'pending', retry = true, finished_at = null, next_at = $1,
              event_sequence = (select max(event_sequence) from $deliveries)`,
      [Date.now() + HOUR],
    );
    await engine().query(`update $lanes set ordering = 'strict', next_due_at = 1`);
    await addToAllLanes(engine(), 'held', 20);
    await addToAllLanes(engine(), 'other', 1);
    receiver.clear();
    const { webhooks } = await engine().addWorker(); // this worker knows none of these lanes
    expect(await webhooks.runOnce()).toMatchObject({ delivered: lanes });
    expect(new Set(receiver.arrivals.map(({ body }) => body))).toEqual(new Set(['other']));
  });

  it('delivers to all endpoints that work, among paused, limited, failing and unreadable ones', async () => {
    const { receiver } = engine();
    receiver.on('/failing', answer(500));
    for (let endpoint = 0; endpoint < 8; endpoint++) {
      await engine().endpoint('acme', '/paused', { active: false });
      await engine().endpoint('acme', '/limited', { maxThroughputPerMinute: 1 });
      await engine().endpoint('acme', '/failing');
      await engine().endpoint('acme', '/fine');
      await engine().endpoint('acme', '/unreadable');
    }
    await engine().query(`update $endpoints set secrets = '["damaged"]' where url like '%/unreadable'`);
    await engine().publish(...Array.from({ length: 40 }, (_, message) => delivered('acme', `m${message}`)));
    await engine().runOnce();
    engine().log.errors.length = 0;

    expect(receiver.at('/fine')).toHaveLength(8 * 40);
    expect(receiver.at('/paused')).toEqual([]);
    expect(receiver.at('/unreadable')).toEqual([]);
    expect(receiver.at('/limited').length).toBeGreaterThanOrEqual(8);
    expect(receiver.at('/failing').length).toBeGreaterThanOrEqual(8);
  });
});
