import { Webhook } from 'standardwebhooks';
import { answer, cut, Gate, hang, inSequence, Receiver, stall } from './support/receiver.js';
import { delivered, useEngine } from './support/engine.js';
import { until } from '../faults/until.js';
import { Dispatcher } from '../../libs/webhooks/src/engine/dispatcher.js';
import { defineProfile } from '../../libs/webhooks/src/profiles/profile.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('An attempt', () => {
  const engine = useEngine();

  /** Publishes one event for one endpoint whose receiver shows `behaviour`, and runs the engine once. */
  async function attempt(behaviour: ReturnType<typeof inSequence>, fields = {}) {
    engine().receiver.on('/hooks', behaviour);
    const endpoint = await engine().endpoint('acme', '/hooks', fields);
    const [event] = await engine().publish(delivered('acme', 'm1'));
    const counts = await engine().runOnce();
    return { endpoint, event: event!, counts, delivery: (await engine().deliveries('acme'))[0]! };
  }

  it('is a signed POST, which a Standard Webhooks library verifies', async () => {
    const { endpoint, event, counts, delivery } = await attempt(answer(200));
    const [{ headers, body }] = engine().receiver.at('/hooks') as [ReturnType<typeof Object>];
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': event.id,
      'user-agent': expect.stringMatching(/^nestjs-sms-webhooks\/\d/),
    });
    const verified = new Webhook(endpoint.secret!).verify(body, headers);
    expect(verified).toMatchObject({ type: 'message.delivered' });
    expect(() => new Webhook(endpoint.secret!).verify(`${body} `, headers)).toThrow();
    expect(counts).toMatchObject({ relayed: 1, delivered: 1, retried: 0 });
    expect(delivery).toMatchObject({ state: 'delivered', reason: null, attemptCount: 1, body });
  });

  it('repeats the id and the exact bytes; only the time and the signature change', async () => {
    const { endpoint, event } = await attempt(inSequence(answer(500), answer(500), answer(200)));
    engine().advance(6 * SECOND);
    await engine().runOnce();
    engine().advance(6 * MINUTE);
    await engine().runOnce();
    const arrivals = engine().receiver.at('/hooks');
    expect(arrivals).toHaveLength(3);
    expect(new Set(arrivals.map(({ body }) => body)).size).toBe(1);
    const changing = ['webhook-timestamp', 'webhook-signature'];
    const constant = arrivals.map(({ headers }) =>
      Object.entries(headers).filter(([name]) => !changing.includes(name)),
    );
    expect(constant[1]).toEqual(constant[0]);
    expect(constant[2]).toEqual(constant[0]);
    expect(arrivals[0]!.headers['webhook-id']).toBe(event.id);
    const times = arrivals.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(5);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(359);
    expect(new Set(arrivals.map(({ headers }) => headers['webhook-signature'])).size).toBe(3);
    // The library refuses timestamps that differ much from its own clock; the tests' clock is ahead.
    jest.useFakeTimers({ now: times[2]! * SECOND, doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    new Webhook(endpoint.secret!).verify(arrivals[2]!.body, arrivals[2]!.headers as Record<string, string>);
    jest.useRealTimers();
  });

  it.each([200, 201, 202, 204, 299])('succeeds with status %i', async (status) => {
    const { delivery } = await attempt(answer(status));
    expect(delivery).toMatchObject({ state: 'delivered', lastAttempt: { status, error: null } });
  });

  it.each([300, 304, 400, 401, 404, 413, 500, 599])(
    'fails with status %i, and is made again',
    async (status) => {
      const { counts, delivery } = await attempt(answer(status, { body: '' }));
      expect(counts).toMatchObject({ retried: 1, delivered: 0 });
      expect(delivery).toMatchObject({ state: 'pending', lastAttempt: { status, error: 'http' } });
    },
  );

  it.each([301, 302, 303, 307, 308])('does not follow a %i, and counts it as a failure', async (status) => {
    const location = engine().receiver.url('/elsewhere');
    const { delivery } = await attempt(answer(status, { headers: { location } }));
    expect(delivery).toMatchObject({ state: 'pending', lastAttempt: { status, error: 'http' } });
    expect(engine().receiver.at('/elsewhere')).toEqual([]);
  });

  it('succeeds as soon as the head says 200, even if the body stalls', async () => {
    const { delivery } = await attempt(stall(200));
    expect(delivery).toMatchObject({ state: 'delivered', lastAttempt: { response: 'the rest never' } });
    expect(engine().receiver.arrivals).toHaveLength(1);
  });

  it('fails if no head arrives before the endpoint’s deadline', async () => {
    const { delivery } = await attempt(hang, { timeoutMs: 1000 });
    expect(delivery.lastAttempt).toMatchObject({ status: null, error: 'timeout', response: '' });
    expect(delivery.lastAttempt!.durationMs).toBeGreaterThanOrEqual(990);
    expect(delivery.state).toBe('pending');
  });

  it('fails if the connection breaks, or if nothing listens at the address', async () => {
    const { delivery } = await attempt(cut);
    expect(delivery).toMatchObject({ state: 'pending', lastAttempt: { status: null, error: 'reset' } });
    const nowhere = await engine().endpoint('initech', '/x');
    const gone = await Receiver.start();
    await engine().webhooks.endpoints.update('initech', nowhere.id, { url: gone.url('/x') });
    await gone.close();
    await engine().publish(delivered('initech', 'm1'));
    await engine().runOnce();
    const [refused] = await engine().deliveries('initech');
    expect(refused).toMatchObject({ state: 'pending', lastAttempt: { status: null, error: 'connect' } });
  });

  it('is stored with number, start, status, error and the text of the response, even if it is the last attempt', async () => {
    // If a reused connection breaks before any response, the request is sent once more on a new connection. So two
    // cuts are one attempt.
    await attempt(inSequence(answer(503, { body: 'try later' }), cut, cut, answer(200, { body: 'thanks' })));
    engine().advance(7 * SECOND);
    await engine().runOnce();
    engine().advance(7 * MINUTE);
    await engine().runOnce();
    const [delivery] = await engine().deliveries('acme');
    expect(delivery!.attempts).toMatchObject([
      { number: 1, status: 503, error: 'http', response: 'try later' },
      { number: 2, status: null, error: 'reset', response: '' },
      { number: 3, status: 200, error: null, response: 'thanks' },
    ]);
    const [first, second, third] = delivery!.attempts.map(({ startedAt }) => Date.parse(startedAt));
    expect(second! - first!).toBeGreaterThanOrEqual(7 * SECOND);
    expect(third! - second!).toBeGreaterThanOrEqual(7 * MINUTE);
    expect(await engine().count('$attempts')).toBe(2);
  });

  it('keeps 4 KB of a failed response and 1 KB of a successful response', async () => {
    const body = 'x'.repeat(20_000);
    await attempt(inSequence(answer(500, { body }), answer(200, { body })));
    engine().advance(7 * SECOND);
    await engine().runOnce();
    const [delivery] = await engine().deliveries('acme');
    const kept = delivery!.attempts.map(({ response }) => Buffer.byteLength(response!));
    expect(kept[0]).toBeGreaterThan(4000);
    expect(kept[0]).toBeLessThanOrEqual(4096);
    expect(kept[1]).toBeGreaterThan(1000);
    expect(kept[1]).toBeLessThanOrEqual(1024);
  });

  it('runs no statement and holds no transaction open while it waits for the response', async () => {
    const gate = new Gate();
    engine().receiver.on('/hooks', gate.behaviour);
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    const run = engine().runOnce();
    await engine().receiver.arrived(1);
    const busy = await engine().query(
      `select state, query from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
    );
    expect(busy).toEqual([]);
    gate.open();
    await run;
  });

  it('runs at the same time as attempts to other endpoints', async () => {
    const gate = new Gate();
    engine().receiver.on('/a', gate.behaviour);
    engine().receiver.on('/b', gate.behaviour);
    await engine().endpoint('acme', '/a');
    await engine().endpoint('acme', '/b');
    await engine().publish(delivered('acme', 'm1'));
    const run = engine().runOnce();
    await engine().receiver.arrived(2);
    gate.open();
    await expect(run).resolves.toMatchObject({ delivered: 2 });
  });
});

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('Retry-After', () => {
  const engine = useEngine();

  /** Returns the wait (ms) after a first attempt that gets this response. */
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
    // Shorter than the wait of the schedule: the schedule decides.
    [429, '1', SCHEDULE],
    [429, '0', SCHEDULE],
    // Absurd: the wait is a day.
    [429, '99999999', [DAY, DAY + 2 * SECOND]],
    [429, '99999999999999999999', [DAY, DAY + 2 * SECOND]],
    [503, 'Fri, 31 Dec 9999 23:59:59 GMT', [DAY, DAY + 2 * SECOND]],
    // Malformed, or in the past: the schedule decides.
    [429, '-5', SCHEDULE],
    [429, '1.5', SCHEDULE],
    [429, '120s', SCHEDULE],
    [429, 'soon', SCHEDULE],
    [429, '', SCHEDULE],
    [429, '9'.repeat(400), SCHEDULE],
    [503, 'Sun, 06 Nov 1994 08:49:37 GMT', SCHEDULE],
    [503, 'Sun, 06 Nov', SCHEDULE],
    // Responses of these statuses cannot ask for a pause.
    [500, '120', SCHEDULE],
    [404, '120', SCHEDULE],
    [301, '120', SCHEDULE],
  ])('of a %i with "%s" is kept within bounds', async (status, retryAfter, [least, most]) => {
    const wait = await waitAfter(status, retryAfter);
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
  });

  it('as a date is compared with the clock of the database', async () => {
    const [{ now }] = (await engine().query('select extract(epoch from now()) * 1000 as now')) as [
      { now: string },
    ];
    const at = new Date(Number(now) + engine().first.database.clockOffset + 10 * MINUTE);
    const wait = await waitAfter(503, at.toUTCString());
    expect(wait).toBeGreaterThan(9 * MINUTE);
    expect(wait).toBeLessThan(10 * MINUTE + SECOND);
  });
});

describe('A response that asks for a pause', () => {
  const engine = useEngine({ workers: 2 });

  it.each([429, 502, 503, 504])(
    '(%i with Retry-After) holds the whole lane, for all workers',
    async (status) => {
      const { receiver } = engine();
      receiver.on('/hooks', inSequence(answer(status, { headers: { 'retry-after': '600' } }), answer(200)));
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

  it('(429 without Retry-After) holds the lane for five seconds, and waiting deliveries show the reason', async () => {
    engine().receiver.on('/hooks', answer(429));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runAll();
    const [{ held }] = (await engine().query(
      'select (l.hold_until - d.attempt_at)::int as held from $lanes l join $deliveries d on d.lane_id = l.id',
    )) as [{ held: number }];
    expect(held).toBeGreaterThanOrEqual(5 * SECOND);
    expect(held).toBeLessThan(10 * SECOND);
    // Five seconds could pass while the test runs, so an hour is added.
    await engine().query('update $lanes set hold_until = hold_until + $1', [HOUR]);
    await engine().publish(delivered('acme', 'm2'));
    await engine().runAll();
    const { data } = await engine().webhooks.deliveries.list('acme');
    expect(data.map(({ waits }) => waits)).toEqual(['retry-after', 'retry-after']);
    expect(engine().receiver.arrivals).toHaveLength(1);
  });

  it('returns claimed deliveries to their lane, without making or counting an attempt', async () => {
    const { receiver } = engine();
    const gate = new Gate(answer(429, { headers: { 'retry-after': '600' } }));
    receiver.on('/hooks', gate.behaviour);
    await engine().endpoint('acme', '/hooks');
    await engine().publish(...Array.from({ length: 40 }, (_, i) => delivered('acme', `m${i}`)));
    const run = engine().runOnce();
    await receiver.arrived(4);
    gate.open();
    await run;
    // Four deliveries were in flight. The other deliveries are pending, whether they were leased or not.
    expect(receiver.arrivals).toHaveLength(4);
    expect(await engine().count('$deliveries where attempts = 0 and state = $1', ['pending'])).toBe(36);
    await engine().runAll();
    expect(receiver.arrivals).toHaveLength(4);
    receiver.on('/hooks', answer(200));
    engine().advance(11 * MINUTE);
    await engine().runAll();
    expect(await engine().count('$deliveries where state = $1', ['delivered'])).toBe(40);
  });

  it('holds the lane even before it is recorded, so that claimed deliveries are not sent', async () => {
    const { receiver, first } = engine();
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm0'));
    await engine().runOnce(); // from a healthy lane, a worker claims more deliveries than the lane may have in flight
    const gate = new Gate(answer(429, { headers: { 'retry-after': '600' } }));
    receiver.on('/hooks', gate.behaviour);
    await engine().publish(...Array.from({ length: 20 }, (_, i) => delivered('acme', `later${i}`)));
    const run = engine().runOnce();
    await receiver.arrived(1 + 5);

    const other = first.dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query(`select 1 from ${first.database.tables.lanes} for update`);
    gate.open();
    const dispatcher = first.module.get(Dispatcher, { strict: false });
    await until('all responses', () => dispatcher.inFlight === 0);
    await other.rollbackTransaction();
    await other.release();
    await run;
    expect(receiver.arrivals).toHaveLength(1 + 5);
    expect(await engine().count('$deliveries where attempts = 0 and state = $1', ['pending'])).toBe(15);
  });

  it('does not hold the lanes of other endpoints', async () => {
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

  it('discards later events too, until the endpoint is resumed', async () => {
    const { receiver } = engine();
    receiver.on('/hooks', inSequence(answer(410), answer(200)));
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

/** A host's own rule may throw for a status that it does not expect. */
const fails = (): never => {
  throw new Error('no such status');
};

describe('A rule of a profile that throws', () => {
  const engine = useEngine({
    options: {
      profiles: [
        defineProfile({ ...standard(), name: 'no-success', isSuccess: fails }),
        defineProfile({ ...standard(), name: 'no-verdict', onFailure: fails }),
      ],
    },
  });
  const complaints = (): string[] => engine().log.errors.splice(0);

  it('(isSuccess) does not turn a 2xx into a failure: the delivery is not sent again', async () => {
    await engine().endpoint('acme', '/hooks', { profile: 'no-success' });
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    engine().advance(3_600_000);
    await engine().runOnce();
    expect(engine().receiver.at('/hooks')).toHaveLength(1);
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'delivered', attempts: [{ status: 200 }] },
    ]);
    expect(complaints()).toEqual(['Profile "no-success": isSuccess failed (no such status)']);
  });

  it.each([
    ['a response', answer(500), { status: 500, error: 'http' }],
    ['no response', cut, { status: null, error: 'reset' }],
  ])(
    '(onFailure) after %s does not stop the schedule, and the attempt is stored',
    async (_, behaviour, attempt) => {
      engine().receiver.on('/hooks', inSequence(behaviour, answer(200)));
      await engine().endpoint('acme', '/hooks', { profile: 'no-verdict' });
      await engine().publish(delivered('acme', 'm1'));
      await engine().runOnce();
      expect(await engine().deliveries('acme')).toMatchObject([{ state: 'pending', attempts: [attempt] }]);
      expect(complaints()).toEqual(['Profile "no-verdict": onFailure failed (no such status)']);
      engine().advance(6_001);
      await engine().runOnce();
      expect(await engine().deliveries('acme')).toMatchObject([{ state: 'delivered', attemptCount: 2 }]);
      expect(engine().receiver.at('/hooks')).toHaveLength(2);
    },
  );
});
