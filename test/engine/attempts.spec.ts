import { Webhook } from 'standardwebhooks';
import { answer, cut, Gate, hang, inTurn, Receiver, stall } from './support/receiver.js';
import { delivered, useEngine } from './support/engine.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('An attempt', () => {
  const engine = useEngine();

  /** One event for one endpoint whose receiver behaves so; answers what `runOnce` did. */
  async function attempt(behaviour: ReturnType<typeof inTurn>, fields = {}) {
    engine().receiver.on('/hooks', behaviour);
    const endpoint = await engine().endpoint('acme', '/hooks', fields);
    const [event] = await engine().publish(delivered('acme', 'm1'));
    const counts = await engine().runOnce();
    return { endpoint, event: event!, counts, delivery: (await engine().deliveries('acme'))[0]! };
  }

  it('is a signed POST that a Standard Webhooks library verifies as it arrived', async () => {
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

  it('repeats the id and the exact bytes; only time and signature change', async () => {
    const { endpoint, event } = await attempt(inTurn(answer(500), answer(500), answer(200)));
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
    // The library refuses old timestamps: the tests' clock runs ahead of its own.
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

  it.each([301, 302, 303, 307, 308])('does not follow a %i: it is a failure', async (status) => {
    const location = engine().receiver.url('/elsewhere');
    const { delivery } = await attempt(answer(status, { headers: { location } }));
    expect(delivery).toMatchObject({ state: 'pending', lastAttempt: { status, error: 'http' } });
    expect(engine().receiver.at('/elsewhere')).toEqual([]);
  });

  it('succeeds as soon as the head says 200, though the body stalls', async () => {
    const { delivery } = await attempt(stall(200));
    expect(delivery).toMatchObject({ state: 'delivered', lastAttempt: { response: 'the rest never' } });
    expect(engine().receiver.arrivals).toHaveLength(1);
  });

  it('fails when no head came within the endpoint’s deadline', async () => {
    const { delivery } = await attempt(hang, { timeoutMs: 1000 });
    expect(delivery.lastAttempt).toMatchObject({ status: null, error: 'timeout', response: '' });
    expect(delivery.lastAttempt!.durationMs).toBeGreaterThanOrEqual(990);
    expect(delivery.state).toBe('pending');
  });

  it('fails when the connection breaks, and when nobody listens', async () => {
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

  it('is on record: number, start, duration, status, error and the answer’s text, the latest included', async () => {
    // A reused connection that breaks before any answer is tried once more on a new one: two cuts, one attempt.
    await attempt(inTurn(answer(503, { body: 'try later' }), cut, cut, answer(200, { body: 'thanks' })));
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

  it('keeps 4 KB of a failure’s answer and 1 KB of a success’s', async () => {
    const body = 'x'.repeat(20_000);
    await attempt(inTurn(answer(500, { body }), answer(200, { body })));
    engine().advance(7 * SECOND);
    await engine().runOnce();
    const [delivery] = await engine().deliveries('acme');
    const kept = delivery!.attempts.map(({ response }) => Buffer.byteLength(response!));
    expect(kept[0]).toBeGreaterThan(4000);
    expect(kept[0]).toBeLessThanOrEqual(4096);
    expect(kept[1]).toBeGreaterThan(1000);
    expect(kept[1]).toBeLessThanOrEqual(1024);
  });

  it('holds no connection and no transaction of the database while it waits for the answer', async () => {
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

  it('of several endpoints go on beside each other', async () => {
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
