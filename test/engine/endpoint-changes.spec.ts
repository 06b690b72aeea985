import { Webhook } from 'standardwebhooks';
import { answer, Gate, inSequence } from './support/receiver.js';
import { delivered, useEngine } from './support/engine.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

const many = (count: number, tenantId = 'acme') =>
  Array.from({ length: count }, (_, i) => delivered(tenantId, `m${i}`));

// What happens to deliveries when their endpoint changes.
describe('An endpoint', () => {
  const engine = useEngine();

  const ends = () =>
    engine().query<{ state: string; reason: string | null; deliveries: number }>(
      'select state, reason, count(*)::int as deliveries from $deliveries group by 1, 2 order by 1',
    );

  describe('that is paused', () => {
    it('keeps its backlog and new deliveries, and gets all of them after it is resumed', async () => {
      engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
      const { id } = await engine().endpoint('acme', '/hooks');
      await engine().publish(delivered('acme', 'before'));
      await engine().runOnce();
      await engine().webhooks.endpoints.pause('acme', id);
      await engine().publish(...many(10));
      await engine().runOnce();
      engine().advance(400 * 24 * HOUR);
      await engine().runOnce();
      expect(engine().receiver.arrivals).toHaveLength(1);
      expect(await ends()).toEqual([{ state: 'pending', reason: null, deliveries: 11 }]);
      await engine().webhooks.endpoints.resume('acme', id);
      await expect(engine().runOnce()).resolves.toMatchObject({ delivered: 11 });
    });

    it('gets no further requests after a recorded outcome has told the worker of the pause', async () => {
      const gate = new Gate();
      engine().receiver.on('/hooks', gate.behaviour);
      const { id } = await engine().endpoint('acme', '/hooks');
      await engine().publish(...many(40));
      const run = engine().runOnce();
      await engine().receiver.arrived(4);
      await engine().webhooks.endpoints.pause('acme', id);
      // The first outcome to be recorded says that the lane is paused.
      const recorded = new Promise((resolve) => engine().webhooks.events.on('delivered', resolve));
      gate.release(1);
      await recorded;
      gate.open();
      await run;
      const sent = engine().receiver.arrivals.length;
      expect(sent).toBeLessThanOrEqual(7);
      expect(await ends()).toEqual([
        { state: 'delivered', reason: null, deliveries: sent },
        { state: 'pending', reason: null, deliveries: 40 - sent },
      ]);
      await engine().webhooks.endpoints.resume('acme', id);
      await engine().runOnce();
      expect(await ends()).toEqual([{ state: 'delivered', reason: null, deliveries: 40 }]);
    });

    it('can be created in that state', async () => {
      const { id } = await engine().endpoint('acme', '/hooks', { active: false });
      await engine().publish(delivered('acme', 'm1'));
      await engine().runOnce();
      expect(engine().receiver.arrivals).toEqual([]);
      await engine().webhooks.endpoints.resume('acme', id);
      await expect(engine().runOnce()).resolves.toMatchObject({ delivered: 1 });
    });
  });

  describe('that is disabled by the operator', () => {
    it('discards its backlog in batches, and gets new events after the operator enables it', async () => {
      engine().receiver.on('/hooks', answer(500));
      const { id } = await engine().endpoint('acme', '/hooks');
      await engine().publish(...many(1200));
      const { statements } = engine().first;
      await engine().webhooks.endpoints.pause('acme', id);
      await engine().runOnce();
      await engine().webhooks.operator.disable(id);
      const made = await statements.during(() => engine().runOnce());
      expect(await ends()).toEqual([{ state: 'discarded', reason: 'operator', deliveries: 1200 }]);
      const batches = made.filter((sql) => sql.includes(`set state = 'discarded'`));
      expect(batches.length).toBeGreaterThanOrEqual(3);
      expect(made.length).toBeLessThan(30);
      await engine().publish(delivered('acme', 'while disabled'));
      await engine().runOnce();
      engine().receiver.on('/hooks', answer(200));
      await engine().webhooks.operator.enable(id);
      await engine().publish(delivered('acme', 'new'));
      await engine().runOnce();
      expect(engine().receiver.arrivals.map(({ body }) => JSON.parse(body).data.message.id)).toEqual(['new']);
    });

    it('gets the discarded deliveries after a recovery', async () => {
      const { id } = await engine().endpoint('acme', '/hooks', { active: false });
      await engine().publish(...many(3));
      await engine().runOnce();
      await engine().webhooks.operator.disable(id);
      await engine().runOnce();
      await engine().webhooks.operator.enable(id);
      await engine().webhooks.endpoints.recover('acme', id, { since: '2020-01-01T00:00:00Z' });
      await expect(engine().runOnce()).resolves.toMatchObject({ delivered: 3 });
    });
  });

  describe('that is deleted', () => {
    it('discards its backlog, with that reason, and keeps the log', async () => {
      engine().receiver.on('/hooks', answer(500));
      const { id } = await engine().endpoint('acme', '/hooks');
      await engine().publish(...many(7));
      await engine().runOnce();
      const arrived = engine().receiver.arrivals.length;
      await engine().webhooks.endpoints.delete('acme', id);
      engine().advance(HOUR);
      await engine().runOnce();
      expect(engine().receiver.arrivals).toHaveLength(arrived);
      expect(await ends()).toEqual([{ state: 'discarded', reason: 'endpoint-deleted', deliveries: 7 }]);
      expect((await engine().deliveries('acme'))[0]).toMatchObject({ endpointId: id, attemptCount: 1 });
    });

    it('while requests are in flight, lets these requests end and retries none of them', async () => {
      const gate = new Gate(inSequence(answer(200), answer(500)));
      engine().receiver.on('/hooks', gate.behaviour);
      const { id } = await engine().endpoint('acme', '/hooks');
      await engine().publish(...many(2));
      const run = engine().runOnce();
      await engine().receiver.arrived(2);
      await engine().webhooks.endpoints.delete('acme', id);
      gate.open();
      await run;
      await engine().runOnce();
      expect(await ends()).toEqual([
        { state: 'delivered', reason: null, deliveries: 1 },
        { state: 'discarded', reason: 'endpoint-deleted', deliveries: 1 },
      ]);
    });
  });

  it('that is created after an event does not get that event', async () => {
    await engine().publish(delivered('acme', 'early'));
    engine().advance(SECOND);
    await engine().endpoint('acme', '/hooks');
    await engine().runOnce();
    expect(engine().receiver.arrivals).toEqual([]);
    await engine().publish(delivered('acme', 'late'));
    await engine().runOnce();
    expect(engine().receiver.arrivals).toHaveLength(1);
  });

  it('whose URL changes gets waiting deliveries at the new URL, with the same bytes', async () => {
    engine().receiver.on('/old', answer(500));
    const { id } = await engine().endpoint('acme', '/old');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    await engine().webhooks.endpoints.update('acme', id, { url: engine().receiver.url('/new') });
    engine().advance(7 * SECOND);
    await expect(engine().runOnce()).resolves.toMatchObject({ delivered: 1 });
    const [old] = engine().receiver.at('/old');
    expect(engine().receiver.at('/new')).toMatchObject([{ body: old!.body }]);
  });

  it('whose secret is rotated gets signatures by both secrets during the overlap, and only by the new secret afterwards', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(500), answer(200)));
    const { id, secret: first } = await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    const { secret: second } = await engine().webhooks.endpoints.rotateSecret('acme', id);
    engine().advance(7 * SECOND);
    await engine().runOnce();
    engine().advance(25 * HOUR);
    await engine().runOnce();
    const [before, within, after] = engine().receiver.at('/hooks');
    const verifies = (secret: string, { headers, body }: typeof before & object) => {
      jest.useFakeTimers({
        now: Number(headers['webhook-timestamp']) * SECOND,
        doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance'],
      });
      try {
        new Webhook(secret).verify(body, headers as Record<string, string>);
        return true;
      } catch {
        return false;
      } finally {
        jest.useRealTimers();
      }
    };
    expect([before!, within!, after!].map((arrival) => verifies(first!, arrival))).toEqual([
      true,
      true,
      false,
    ]);
    expect([before!, within!, after!].map((arrival) => verifies(second!, arrival))).toEqual([
      false,
      true,
      true,
    ]);
    expect(within!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  });

  it('whose custom headers change gets the new headers with the next attempt', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(200)));
    const { id } = await engine().endpoint('acme', '/hooks', { headers: { 'x-key': 'one' } });
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    await engine().webhooks.endpoints.update('acme', id, { headers: { 'x-key': 'two' } });
    engine().advance(7 * SECOND);
    await engine().runOnce();
    expect(engine().receiver.arrivals.map(({ headers }) => headers['x-key'])).toEqual(['one', 'two']);
  });
});
