import { delivered, useEngine } from './support/engine.js';
import { answer } from './support/receiver.js';

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
    await engine().first.housekeeper.runRound();
    expect(await rows()).toEqual({ events: 2, deliveries: 4, attempts: 1 });

    engine().advance(2 * DAY);
    await engine().first.housekeeper.runRound();
    expect(await rows()).toEqual({ events: 1, deliveries: 2, attempts: 0 });
    expect((await engine().deliveries('a')).map(({ event }) => event.subject)).toEqual(['m2', 'm2']);
  });

  it('never takes what has not ended, nor its event, and counts from the end', async () => {
    const { id } = await engine().endpoint('a', '/a', { active: false });
    await engine().endpoint('a', '/b');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    engine().advance(400 * DAY);
    await engine().first.housekeeper.runRound();
    expect(await rows()).toEqual({ events: 1, deliveries: 1, attempts: 0 });

    await engine().webhooks.endpoints.resume('a', id);
    await engine().runOnce();
    expect(engine().receiver.at('/a')).toHaveLength(1);
    await engine().first.housekeeper.runRound();
    expect(await rows()).toEqual({ events: 1, deliveries: 1, attempts: 0 });
    engine().advance(31 * DAY);
    await engine().first.housekeeper.runRound();
    expect(await rows()).toEqual({ events: 0, deliveries: 0, attempts: 0 });
  });

  it('takes events that nobody was to get, and none that were not relayed', async () => {
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    await engine().publish(delivered('a', 'm2'));
    engine().advance(31 * DAY);
    await engine().first.housekeeper.runRound();
    const left = await engine().query<{ subject: string }>('select subject from $events');
    expect(left).toEqual([{ subject: 'm2' }]);
  });

  it('ends the memory of idempotency keys', async () => {
    const event = delivered('a', 'm1', { idempotencyKey: 'k' });
    const [first] = await engine().publish(event);
    await engine().runOnce();
    engine().advance(29 * DAY);
    await engine().first.housekeeper.runRound();
    expect(await engine().publish(event)).toEqual([{ id: first!.id, duplicate: true }]);
    engine().advance(2 * DAY);
    await engine().first.housekeeper.runRound();
    expect(await engine().publish(event)).toMatchObject([{ duplicate: false }]);
  });

  it('goes through many batches, and takes events in the round that takes their last delivery', async () => {
    await engine().endpoint('a', '/a');
    await engine().endpoint('a', '/b');
    await engine().publish(...Array.from({ length: 700 }, (_, i) => delivered('a', `m${i}`)));
    await engine().runOnce();
    expect(await rows()).toMatchObject({ events: 700, deliveries: 1_400 });
    engine().advance(31 * DAY);
    await engine().first.housekeeper.runRound();
    expect(await rows()).toEqual({ events: 0, deliveries: 0, attempts: 0 });
  });
});

interface Plan {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** Rows of tables that a plan has read. */
function rowsRead(plan: Plan): number {
  const own = plan['Relation Name']
    ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
    : 0;
  return own + (plan.Plans ?? []).reduce((sum, each) => sum + rowsRead(each), 0);
}

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
    const { database, housekeeper } = engine().first;
    const asked = jest.spyOn(database, 'query');
    await housekeeper.runRound();
    const scans = asked.mock.calls.filter(([sql]) => sql.includes('scanned'));
    asked.mockRestore();
    expect(scans).toHaveLength(3); // for deliveries, for events and for idle lanes
    for (const [sql, parameters] of scans) {
      const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `explain (analyze, format json) ${sql}`,
        parameters,
      );
      expect(rowsRead(row!['QUERY PLAN'][0].Plan)).toBeLessThan(HISTORY / 2);
    }
  });
});

describe('Retention that the host switched off', () => {
  const engine = useEngine({ options: { retention: { keepMs: false } } });

  it('takes nothing', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    engine().advance(4_000 * DAY);
    await engine().first.housekeeper.runRound();
    expect(await engine().count('$deliveries')).toBe(1);
  });
});
