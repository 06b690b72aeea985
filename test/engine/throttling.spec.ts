import { answer, Gate, inTurn } from './support/receiver.js';
import { delivered, useEngine } from './support/engine.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// What a receiver may ask of us by its answer.
describe('Retry-After', () => {
  const engine = useEngine();

  /** The wait before the next attempt, ms, where the first was answered so. */
  async function waitAfter(status: number, retryAfter: string): Promise<number> {
    engine().receiver.on('/hooks', answer(status, { headers: { 'retry-after': retryAfter } }));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    const [{ next_at, attempt_at }] = (await engine().query(
      'select next_at, attempt_at from $deliveries',
    )) as [{ next_at: string; attempt_at: string }];
    return Number(next_at) - Number(attempt_at);
  }

  const SCHEDULE = [4 * SECOND, 7 * SECOND] as const;

  it.each<[number, string, readonly [number, number]]>([
    [429, '120', [120 * SECOND, 122 * SECOND]],
    [502, '120', [120 * SECOND, 122 * SECOND]],
    [503, '120', [120 * SECOND, 122 * SECOND]],
    [504, '120', [120 * SECOND, 122 * SECOND]],
    // Shorter than the schedule: the schedule's wait.
    [429, '1', SCHEDULE],
    [429, '0', SCHEDULE],
    // Absurd: a day.
    [429, '99999999', [DAY, DAY + 2 * SECOND]],
    [429, '99999999999999999999', [DAY, DAY + 2 * SECOND]],
    [503, 'Fri, 31 Dec 9999 23:59:59 GMT', [DAY, DAY + 2 * SECOND]],
    // Malformed, or in the past: as if it were not there.
    [429, '-5', SCHEDULE],
    [429, '1.5', SCHEDULE],
    [429, '120s', SCHEDULE],
    [429, 'soon', SCHEDULE],
    [429, '', SCHEDULE],
    [429, '9'.repeat(400), SCHEDULE],
    [503, 'Sun, 06 Nov 1994 08:49:37 GMT', SCHEDULE],
    [503, 'Sun, 06 Nov', SCHEDULE],
    // Not an answer that asks for a pause.
    [500, '120', SCHEDULE],
    [404, '120', SCHEDULE],
    [301, '120', SCHEDULE],
  ])('of a %i with "%s" is kept within bounds', async (status, retryAfter, [least, most]) => {
    const wait = await waitAfter(status, retryAfter);
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
  });

  it('as a date is on the clock of the database', async () => {
    const [{ now }] = (await engine().query('select extract(epoch from now()) * 1000 as now')) as [
      { now: string },
    ];
    const at = new Date(Number(now) + engine().first.database.clockOffset + 10 * MINUTE);
    const wait = await waitAfter(503, at.toUTCString());
    expect(wait).toBeGreaterThan(9 * MINUTE);
    expect(wait).toBeLessThan(10 * MINUTE + SECOND);
  });
});

describe('An answer that asks for a pause', () => {
  const engine = useEngine({ workers: 2 });

  it.each([429, 502, 503, 504])(
    '(%i with Retry-After) holds the whole lane, for all workers',
    async (status) => {
      const { receiver } = engine();
      receiver.on('/hooks', inTurn(answer(status, { headers: { 'retry-after': '600' } }), answer(200)));
      await engine().endpoint('acme', '/hooks');
      await engine().publish(delivered('acme', 'm1'));
      await engine().runAll();
      await engine().publish(...Array.from({ length: 20 }, (_, i) => delivered('acme', `later${i}`)));
      engine().advance(9 * MINUTE);
      await engine().runAll();
      expect(receiver.arrivals).toHaveLength(1);
      engine().advance(MINUTE + SECOND);
      await engine().runAll();
      expect(receiver.arrivals).toHaveLength(22);
    },
  );

  it('gives back what the worker had already taken: no attempt is made, none is counted', async () => {
    const { receiver } = engine();
    const gate = new Gate(answer(429, { headers: { 'retry-after': '600' } }));
    receiver.on('/hooks', gate.behaviour);
    await engine().endpoint('acme', '/hooks');
    await engine().publish(...Array.from({ length: 40 }, (_, i) => delivered('acme', `m${i}`)));
    const run = engine().runOnce();
    await receiver.arrived(4);
    gate.open();
    await run;
    // Four were in flight; the others, leased or not, stay as they were.
    expect(receiver.arrivals).toHaveLength(4);
    expect(await engine().count('$deliveries where attempts = 0 and state = $1', ['pending'])).toBe(36);
    await engine().runAll();
    expect(receiver.arrivals).toHaveLength(4);
    receiver.on('/hooks', answer(200));
    engine().advance(11 * MINUTE);
    await engine().runAll();
    expect(await engine().count('$deliveries where state = $1', ['delivered'])).toBe(40);
  });

  it('of one endpoint holds no other', async () => {
    const { receiver } = engine();
    receiver.on('/busy', answer(429, { headers: { 'retry-after': '600' } }));
    await engine().endpoint('acme', '/busy');
    await engine().endpoint('acme', '/fine');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runAll();
    await engine().publish(delivered('acme', 'm2'));
    await engine().runAll();
    expect(receiver.at('/busy')).toHaveLength(1);
    expect(receiver.at('/fine')).toHaveLength(2);
  });
});

describe('410 Gone', () => {
  const engine = useEngine();

  it('disables the endpoint and discards its backlog, with the reason', async () => {
    const { receiver } = engine();
    const gate = new Gate(answer(410));
    receiver.on('/hooks', gate.behaviour);
    const endpoint = await engine().endpoint('acme', '/hooks');
    const notices: unknown[] = [];
    const stop = engine().webhooks.events.on('endpointDisabled', (notice) => notices.push(notice));
    await engine().publish(...Array.from({ length: 60 }, (_, i) => delivered('acme', `m${i}`)));
    const run = engine().runOnce();
    await receiver.arrived(4);
    gate.open();
    await run;
    stop();
    expect(receiver.arrivals).toHaveLength(4);
    expect(await engine().webhooks.endpoints.get('acme', endpoint.id)).toMatchObject({
      state: 'disabled',
      stateReason: 'endpoint-gone',
    });
    const ends = await engine().query(
      'select state, reason, attempts, count(*)::int as deliveries from $deliveries group by 1, 2, 3 order by 3',
    );
    expect(ends).toEqual([
      { state: 'discarded', reason: 'endpoint-gone', attempts: 0, deliveries: 56 },
      { state: 'discarded', reason: 'endpoint-gone', attempts: 1, deliveries: 4 },
    ]);
    expect(notices).toEqual([{ endpointId: endpoint.id, tenantId: 'acme', reason: 'endpoint-gone' }]);
  });

  it('stops what comes after, until the endpoint is resumed', async () => {
    const { receiver } = engine();
    receiver.on('/hooks', inTurn(answer(410), answer(200)));
    const endpoint = await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    await engine().publish(delivered('acme', 'missed'));
    await engine().runOnce();
    expect(receiver.arrivals).toHaveLength(1);
    await engine().webhooks.endpoints.resume('acme', endpoint.id);
    await engine().publish(delivered('acme', 'm3'));
    await engine().runOnce();
    expect(receiver.arrivals.map(({ body }) => JSON.parse(body).data.message.id)).toEqual(['m1', 'm3']);
  });
});
