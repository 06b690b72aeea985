import type { EndpointNotice } from '../../libs/webhooks/src/observability/delivery-events.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { answer, Gate } from './support/receiver.js';
import { delivered, type Engine, useEngine } from './support/engine.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const many = (count: number, tenantId = 'acme') =>
  Array.from({ length: count }, (_, i) => delivered(tenantId, `m${i}`));

/** What is told of endpoints while `work` runs. */
async function toldDuring(engine: Engine, work: () => Promise<unknown>): Promise<string[]> {
  const told: string[] = [];
  const names = ['endpointFailing', 'endpointRecovered', 'endpointDisabled'] as const;
  const stops = engine.workers.flatMap(({ webhooks }) =>
    names.map((name) =>
      webhooks.events.on(name, ({ reason }: EndpointNotice) =>
        told.push(reason ? `${name} ${reason}` : name),
      ),
    ),
  );
  await work();
  for (const stop of stops) stop();
  return told;
}

describe('An endpoint that fails', () => {
  const engine = useEngine({
    workers: 2,
    options: {
      profiles: [msgine({ httpsOnly: false })],
      delivery: { retry: { schedule: Array(30).fill(1000), jitter: 0 } },
    },
  });

  /** Milliseconds for which its lane is held. */
  async function held(): Promise<number> {
    const [lane] = await engine().query<{ held: string | null }>(
      `select hold_until - (extract(epoch from clock_timestamp()) * 1000)::bigint - $1::bigint as held from $lanes`,
      [engine().first.database.clockOffset],
    );
    return Math.max(0, Number(lane!.held ?? 0));
  }

  /** Five deliveries fail: from then on it is only probed. */
  async function open(path = '/hooks'): Promise<string> {
    engine().receiver.on(path, answer(500));
    const { id } = await engine().endpoint('acme', path);
    await engine().publish(...many(5));
    await engine().runAll();
    return id;
  }

  it('with four deliveries, however often they are tried, is not only probed', async () => {
    engine().receiver.on('/hooks', answer(500));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(...many(4));
    const told = await toldDuring(engine(), async () => {
      for (let tries = 0; tries < 5; tries++, engine().advance(2 * SECOND)) await engine().runAll();
    });
    expect(engine().receiver.arrivals).toHaveLength(20);
    expect(told).toEqual([]);
    expect(await held()).toBe(0);
  });

  it('shows of what waits when the pause is over', async () => {
    await open();
    await engine().publish(delivered('acme', 'm5'));
    await engine().runAll();
    const [lane] = await engine().query<{ hold_until: string }>('select hold_until from $lanes');
    const over = new Date(Number(lane!.hold_until)).toISOString();
    const waiting = await engine().deliveries('acme');
    expect(waiting.map(({ nextAttemptAt }) => nextAttemptAt)).toEqual(Array(6).fill(over));
  });

  it('with five different ones is only probed, and that is told once', async () => {
    const told = await toldDuring(engine(), async () => {
      await open();
      await engine().publish(...many(20));
      await engine().runAll();
    });
    expect(told).toEqual(['endpointFailing']);
    expect(engine().receiver.arrivals).toHaveLength(5);
    expect(await held()).toBeGreaterThan(3 * SECOND);
    expect(await held()).toBeLessThanOrEqual(7.5 * SECOND);
  });

  it('counts from nought after each success', async () => {
    const { receiver } = engine();
    await engine().endpoint('acme', '/hooks');
    for (let round = 0; round < 4; round++) {
      receiver.on('/hooks', answer(500));
      await engine().publish(...many(4));
      await engine().runAll();
      receiver.on('/hooks', answer(200));
      engine().advance(2 * SECOND);
      await engine().runAll();
    }
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(16);
    expect(await engine().count('$lanes where failures > 0 or failing_since is not null')).toBe(0);
  });

  it('gets single probes from all workers together, with growing pauses, up to five minutes', async () => {
    await open();
    await engine().publish(...many(20));
    await engine().runAll();
    const pauses: number[] = [];
    for (let probe = 0; probe < 9; probe++) {
      const arrived = engine().receiver.arrivals.length;
      const pause = await held();
      pauses.push(pause);
      engine().advance(pause - 2 * SECOND);
      await engine().runAll();
      expect(engine().receiver.arrivals).toHaveLength(arrived);
      engine().advance(3 * SECOND);
      await engine().runAll();
      expect(engine().receiver.arrivals).toHaveLength(arrived + 1);
    }
    const nominal = [5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * SECOND);
    pauses.forEach((pause, i) => {
      expect(pause).toBeGreaterThan(nominal[i]! - 2 * SECOND);
      expect(pause).toBeLessThanOrEqual(nominal[i]! * 1.5);
    });
  });

  it('that hangs is probed with one request at a time', async () => {
    await open();
    const gate = new Gate(answer(500));
    engine().receiver.on('/hooks', gate.behaviour);
    engine().advance(10 * SECOND);
    const runs = engine().workers.map(({ webhooks }) => webhooks.runOnce());
    await engine().receiver.arrived(6);
    engine().advance(20 * SECOND);
    await Promise.race(runs);
    expect(engine().receiver.arrivals).toHaveLength(6);
    gate.open();
    await Promise.all(runs);
  });

  it('that answers a probe gets the rest at once, and that is told', async () => {
    await open();
    await engine().publish(...many(40));
    await engine().runAll();
    engine().receiver.on('/hooks', answer(200));
    engine().advance(8 * SECOND);
    const told = await toldDuring(engine(), () => engine().runAll());
    expect(told).toEqual(['endpointRecovered']);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(45);
    expect(await held()).toBe(0);
  });

  it('that recovers is met with a ramp, not a stampede', async () => {
    await open();
    await engine().publish(...many(200));
    await engine().runAll();
    const gate = new Gate();
    engine().receiver.on('/hooks', gate.behaviour);
    engine().advance(8 * SECOND);
    const before = engine().receiver.arrivals.length;
    const run = engine().runOnce();
    let answered = 0;
    // Each round answers all that is open. It begins with the probe, and each success makes room for one more.
    for (let round = 0; round < 4; round++) {
      await engine().receiver.arrived(before + answered + 1);
      await engine().workers[1]!.webhooks.stats();
      const arrived = engine().receiver.arrivals.length - before;
      expect(arrived - answered).toBeLessThanOrEqual(answered + 1);
      gate.release(arrived - answered);
      answered = arrived;
    }
    gate.open();
    await run;
    await engine().runAll();
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(205);
  });

  it('is left at once by a probe that its owner lets through: resume', async () => {
    const id = await open();
    engine().receiver.on('/hooks', answer(200));
    await engine().webhooks.endpoints.resume('acme', id);
    engine().advance(2 * SECOND);
    await engine().runAll();
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(5);
  });

  it.each([
    ['sends a test', (id: string) => engine().webhooks.endpoints.test('acme', id)],
    [
      'retries a delivery',
      async () => {
        const { data } = await engine().webhooks.deliveries.list('acme', { states: ['exhausted'] });
        await engine().webhooks.deliveries.retry('acme', data[0]!.id);
      },
    ],
  ])('is probed at once when its owner %s', async (_, act) => {
    const id = await open();
    await engine().query(
      `update $deliveries set state = 'exhausted', next_at = null, failed_at = 1 where id = (select min(id) from $deliveries)`,
    );
    const arrived = engine().receiver.arrivals.length;
    await act(id);
    await engine().runAll();
    expect(engine().receiver.arrivals).toHaveLength(arrived + 1);
    expect(await held()).toBeGreaterThan(0);
  });

  describe('for days', () => {
    /** `count` deliveries fail, and again and again for `days`. */
    async function failFor(days: number, count: number, fields = {}): Promise<string> {
      engine().receiver.on('/hooks', answer(500));
      const { id } = await engine().endpoint('acme', '/hooks', fields);
      await engine().publish(...many(count));
      await engine().runAll();
      for (let probes = 0; probes < count; probes++) {
        engine().advance(10 * MINUTE);
        await engine().runOnce();
      }
      engine().advance(days * DAY - count * 10 * MINUTE);
      await engine().runOnce();
      return id;
    }
    const stateOf = async (id: string) => (await engine().webhooks.endpoints.get('acme', id)).state;

    it('is disabled after five days and ten failed deliveries, told, and its backlog is discarded', async () => {
      const id = await failFor(5.01, 12);
      const told = await toldDuring(engine(), () => engine().first.maintenance.runRound());
      expect(told).toEqual(['endpointDisabled endpoint-failing']);
      expect(await engine().webhooks.endpoints.get('acme', id)).toMatchObject({
        state: 'disabled',
        stateReason: 'endpoint-failing',
      });
      await engine().runAll();
      const ends = await engine().query('select distinct state, reason from $deliveries');
      expect(ends).toEqual([{ state: 'discarded', reason: 'endpoint-failing' }]);
    });

    it('is not disabled before that', async () => {
      const id = await failFor(4.9, 12);
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('active');
    });

    it('is not disabled with fewer than ten failed deliveries, however old', async () => {
      const id = await failFor(40, 9);
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('active');
    });

    it('is not disabled after a success between', async () => {
      const id = await failFor(4.9, 12);
      engine().receiver.on('/hooks', answer(200));
      engine().advance(10 * MINUTE);
      await engine().runAll();
      engine().advance(DAY);
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('active');
    });

    it('is not disabled while its owner has paused it: the backlog waits', async () => {
      const id = await failFor(4.9, 12);
      await engine().webhooks.endpoints.pause('acme', id);
      engine().advance(30 * DAY);
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('paused');
    });

    it('is not disabled where the platform of its profile promises not to', async () => {
      const id = await failFor(30, 12, { profile: 'msgine', events: ['message.delivered'] });
      await engine().first.maintenance.runRound();
      expect(await stateOf(id)).toBe('active');
    });
  });
});

describe('A callback that fails', () => {
  const engine = useEngine();

  it('is only probed too, and disables nothing', async () => {
    engine().receiver.on('/callback', answer(500));
    const callbackUrl = engine().receiver.url('/callback');
    await engine().publish(...many(40).map((event) => ({ ...event, callbackUrl })));
    const told = await toldDuring(engine(), () => engine().runOnce());
    expect(told).toEqual(['endpointFailing']);
    expect(engine().receiver.arrivals.length).toBeLessThan(40);
    engine().advance(10 * DAY);
    await engine().first.maintenance.runRound();
    await engine().runOnce();
  });
});
