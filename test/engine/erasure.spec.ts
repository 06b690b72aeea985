import { delivered, useEngine } from './support/engine.js';
import { answer, Gate } from './support/receiver.js';

const DAY = 24 * 3_600_000;
const SECRET = 'what somebody wrote';

/** An event whose data contains `SECRET`. */
const about = (subject: string) =>
  delivered('acme', subject, {
    data: { message: { id: subject, direction: 'out', from: '+18005550199', to: '+1', body: SECRET } },
  } as never);

describe('Erasing', () => {
  const engine = useEngine({ options: { retention: { keepBodiesMs: 2 * DAY } } });
  const quoting = answer(500, { body: SECRET });

  /** Number of rows that contain `SECRET`, in all tables that hold data of events or responses. */
  async function traces(): Promise<number> {
    const tables = ['events', 'deliveries', 'attempts', 'alerts', 'jobs', 'changes'];
    const counts = await Promise.all(
      tables.map((table) => engine().count(`$${table} t where t::text like $1`, [`%${SECRET}%`])),
    );
    return counts.reduce((total, count) => total + count, 0);
  }

  const erase = (waitMs?: number) => engine().webhooks.operator.eraseSubject('acme', 'm1', { waitMs });

  it('removes the bodies, data and responses of a subject, and keeps the records of what was sent', async () => {
    engine().receiver.on('/fails', quoting);
    await engine().endpoint('acme', '/works');
    await engine().endpoint('acme', '/fails');
    await engine().publish(about('m1'), about('m2'));
    await engine().runOnce();
    engine().advance(60_000);
    await engine().runOnce(); // a second attempt, so that there is a history
    const progress: unknown[] = [];
    const result = await engine().webhooks.operator.eraseSubject('acme', 'm1', {
      onProgress: (each) => void progress.push(each),
    });
    expect(result).toEqual({ matched: 1, done: 1, left: 0, deliveries: 2, discarded: 1, inFlight: 0 });
    expect(progress).toEqual([{ matched: 1, done: 1, left: 0 }]);
    // The traces of m2: one event, two deliveries and one earlier attempt.
    expect(await traces()).toBe(4);

    await engine().webhooks.operator.eraseSubject('acme', 'm2');
    expect(await traces()).toBe(0);
    const erased = (await engine().deliveries('acme')).filter(({ event }) => event.subject === 'm1');
    expect(erased).toMatchObject([
      { state: 'delivered', reason: null, body: null, erasedAt: expect.any(String), attemptCount: 1 },
      {
        state: 'discarded',
        reason: 'erased',
        body: null,
        attempts: [
          { status: 500, response: null, responseHeaders: null },
          { status: 500, response: null, responseHeaders: null },
        ],
      },
    ]);
    const { id } = erased[0]!.event;
    expect(await engine().webhooks.eventLog.get('acme', id)).toMatchObject({
      data: null,
      erasedAt: expect.any(String),
      subject: 'm1',
    });
  });

  it('prevents events and deliveries from being sent, retried, recovered or replayed', async () => {
    const paused = await engine().endpoint('acme', '/paused', { active: false });
    await engine().publish(about('m1'));
    await engine().runOnce();
    expect(await erase()).toMatchObject({ deliveries: 1, discarded: 1 });
    await engine().webhooks.endpoints.resume('acme', paused.id);
    const [delivery] = await engine().deliveries('acme');
    await expect(engine().webhooks.deliveries.retry('acme', delivery!.id)).rejects.toMatchObject({
      code: 'delivery_erased',
    });
    const since = '2020-01-01';
    expect(await engine().webhooks.endpoints.recover('acme', paused.id, { since })).toMatchObject({
      matched: 0,
    });
    const late = await engine().endpoint('acme', '/late');
    expect(await engine().webhooks.eventLog.replay('acme', late.id, { since })).toMatchObject({ matched: 0 });
    await engine().runOnce();
    expect(engine().receiver.arrivals).toEqual([]);
  });

  it('prevents an event from being sent if the event still waits for the relay', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().publish(about('m1'));
    expect(await erase()).toMatchObject({ done: 1, deliveries: 0 });
    await engine().runOnce();
    expect(await engine().deliveries('acme')).toEqual([]);
    expect(await traces()).toBe(0);
  });

  it('skips a delivery that is being sent, and erases it when it has an outcome', async () => {
    const gate = new Gate(quoting);
    engine().receiver.on('/hooks', gate.behaviour);
    await engine().endpoint('acme', '/hooks');
    await engine().publish(about('m1'));
    const run = engine().runOnce();
    await engine().receiver.arrived(1);
    expect(await erase(0)).toMatchObject({ done: 1, deliveries: 0, inFlight: 1 });
    const erasing = erase();
    gate.open();
    await run;
    expect(await erasing).toMatchObject({ deliveries: 1, discarded: 1, inFlight: 0 });
    expect(await traces()).toBe(0);
    expect(await engine().leftovers()).toEqual({ sending: 0, leases: 0, inFlight: 0 });
  });

  it('changes nothing of another tenant', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().publish(about('m1'));
    await engine().runOnce();
    await engine().webhooks.operator.eraseSubject('other', 'm1');
    expect(await traces()).toBe(2);
  });

  it('happens automatically after retention.keepBodiesMs, to deliveries that have ended', async () => {
    engine().receiver.on('/fails', quoting);
    await engine().endpoint('acme', '/works');
    const fails = await engine().endpoint('acme', '/fails', { retryOnError: false });
    const paused = await engine().endpoint('acme', '/paused', { active: false });
    await engine().publish(about('m1'));
    await engine().runOnce();
    engine().advance(DAY);
    await engine().first.maintenance.runRound();
    expect(await traces()).toBe(4);
    engine().advance(DAY + 1);
    await engine().first.maintenance.runRound();
    // The delivery that waits, and its event.
    expect(await traces()).toBe(2);
    const deliveries = await engine().deliveries('acme');
    expect(deliveries.find(({ endpointId }) => endpointId === fails.id)).toMatchObject({
      state: 'exhausted',
      body: null,
      lastAttempt: { status: 500, response: null, responseHeaders: null },
    });
    await engine().webhooks.endpoints.resume('acme', paused.id);
    await engine().runOnce();
    expect(engine().receiver.at('/paused')).toHaveLength(1);
    engine().advance(2 * DAY);
    await engine().first.maintenance.runRound();
    expect(await traces()).toBe(0);
  });
});
