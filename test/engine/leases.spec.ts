import { delivered, useEngine } from './support/engine.js';
import { answer, Gate, inSequence } from './support/receiver.js';
import { until } from '../faults/until.js';
import { Leases } from '../../libs/webhooks/src/engine/claim/leases.js';
import { Dispatcher } from '../../libs/webhooks/src/engine/dispatcher.js';
import { Pipeline } from '../../libs/webhooks/src/engine/pipeline.js';
import type { DeliveryNotice } from '../../libs/webhooks/src/observability/delivery-events.js';

/** Longer than a lease (ms). */
const LEASE_OVER = 66_000;

describe('A delivery whose worker has gone silent', () => {
  const engine = useEngine({ workers: 2 });
  const other = () => engine().workers[1]!.webhooks;

  it.each([200, 500])(
    'is sent by another worker when the lease has ended; a late response %i to the first worker changes nothing, and is reported',
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

    // Because of this mock, the worker finds that the rest of the second delivery's lease is shorter than a timeout.
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

  /** Makes the database refuse outcomes, as if its disk were full. It still accepts everything else. */
  const refuse = () =>
    engine().query(`
      create function refuse() returns trigger language plpgsql as $body$
        begin raise exception 'no space left' using errcode = '53100'; end $body$;
      create trigger refuse before update on $deliveries for each row
        when (new.attempts > old.attempts) execute function refuse()`);
  const accept = () => engine().query('drop function refuse cascade');
  /** Runs `work` between two steps of the worker, so that the clock does not jump within a step. */
  const betweenSteps = (work: () => void) =>
    engine()
      .first.module.get(Pipeline, { strict: false })
      .exclusively(async () => work());

  it('sends nothing again, even after the lease would have ended, and records the outcomes as soon as it can', async () => {
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
    // Under a lease, no other worker claims the deliveries, and a crash does not lose them.
    expect(leases).toBe(1);
    for (const path of ['/handed-over', '/claimed']) expect(engine().receiver.at(path)).toHaveLength(5);
    expect(await engine().count(`$deliveries where state = 'delivered' and attempts = 1`)).toBe(10);
    expect(engine().log.errors.splice(0)).toContainEqual(
      expect.stringMatching(/Recording \d+ outcomes failed: no space left; next try in/),
    );
  });

  it('extends its lease before each try to record, even while its loop is blocked', async () => {
    await engine().endpoint('acme', '/handed-over');
    await refuse();
    await engine().publish(delivered('acme', 'm1'));
    const running = engine().runOnce();
    const { errors } = engine().log;
    await until('a failed recording', () => errors.length > 0);
    let nextStep!: () => void;
    await new Promise<void>((resolve) => {
      void engine()
        .first.module.get(Pipeline, { strict: false })
        .exclusively(() => new Promise<void>((begin) => resolve(void (nextStep = begin))));
    });
    engine().advance(LEASE + 1);
    const failures = errors.length;
    await until('two more tries to fail', () => errors.length >= failures + 2);
    const leases = await engine().count(
      '$leases where expires_at > extract(epoch from clock_timestamp()) * 1000 + $1::bigint',
      [engine().first.database.clockOffset],
    );

    await accept();
    nextStep();
    await running;
    expect(leases).toBe(1);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(1);
    errors.splice(0);
  });

  it('leaves the delivery to the next worker at shutdown; that worker sends it again after the lease has expired', async () => {
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
