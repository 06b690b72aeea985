import { once, EventEmitter } from 'node:events';
import type { EntityManager } from 'typeorm';
import { decodeId } from '../../libs/webhooks/src/core/ids.js';
import { Pipeline } from '../../libs/webhooks/src/engine/pipeline.js';
import type { DeliveryEventMap } from '../../libs/webhooks/src/observability/delivery-events.js';
import { HELD_LANE_WAIT_MS } from '../../libs/webhooks/src/store/lane-rules.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { until } from '../faults/until.js';
import { delivered, Engine } from './support/engine.js';
import { answer, Gate, inSequence } from './support/receiver.js';

// A poll would find everything. The time limit of a test is shorter than the time between two polls, so a test that needs a poll
// fails.
jest.setTimeout(45_000);

/** This worker polls once a minute. Requests arrive earlier in these tests because a commit of its process wakes it. */
describe('The worker of the process that commits', () => {
  let started: Engine;
  beforeEach(async () => {
    const worker = { idlePollMs: 60_000, busyPollMs: 60_000 };
    started = await Engine.start({ role: 'all', options: { worker } });
  });
  afterEach(() => started.close());
  const engine = (): Engine => started;

  /** Resolves at the next event of this name. */
  async function next(name: keyof DeliveryEventMap): Promise<{ deliveryId: string }> {
    const emitter = new EventEmitter();
    const off = engine().webhooks.events.on(name, (notice) => emitter.emit('notice', notice));
    const [notice] = await once(emitter, 'notice');
    off();
    return notice as { deliveryId: string };
  }

  const laneOf = async ({ id }: { id: string }): Promise<string> => {
    const [lane] = await engine().query<{ id: string }>(
      'select id from webhook_lanes where endpoint_id = $1',
      [decodeId('wh', id)],
    );
    return lane!.id;
  };

  it('sends at once what is published', async () => {
    await engine().endpoint('a', '/a');
    const done = next('delivered');
    await engine().publish(delivered('a', 'm1'));
    await done;
  });

  it('soon sends an event whose relay failed with a database error', async () => {
    await engine().endpoint('a', '/a');
    jest
      .spyOn(engine().first.module.get<Store>(STORE, { strict: false }), 'readFewEvents')
      .mockRejectedValueOnce(new Error('terminating connection due to administrator command'));
    await engine().publish(delivered('a', 'm1'));
    await engine().receiver.arrived(1);
    expect(engine().log.errors).toEqual([expect.stringContaining('terminating connection')]);
  });

  it('sends a delivery that waited for an earlier one of its subject as soon as the earlier one has ended', async () => {
    await engine().endpoint('a', '/a');
    const gate = new Gate();
    engine().receiver.on('/a', inSequence(gate.behaviour, answer(200)));
    await engine().publish(delivered('a', 'm1'));
    await engine().receiver.arrived(1);
    await engine().publish(delivered('a', 'm1'));
    const { deliveries, lanes } = engine().first.database.tables;
    await until('the lane to be due again, after the second delivery was found held back', () =>
      engine().count(
        `${lanes} l join ${deliveries} d on d.lane_id = l.id and d.state = 'pending'
          where l.next_due_at between d.created_at + ${HELD_LANE_WAIT_MS} and extract(epoch from now()) * 1000`,
      ),
    );
    gate.open();
    await engine().receiver.arrived(2);
  });

  it('soon sends what it was not able to claim because a transaction had locked the lane', async () => {
    const lane = await laneOf(await engine().endpoint('a', '/a', { maxInFlight: 5 }));
    const pipeline = engine().first.module.get(Pipeline, { strict: false });
    const claimBatch = pipeline.claimBatch.bind(pipeline);
    jest.spyOn(pipeline, 'claimBatch').mockImplementationOnce((...options) =>
      engine().transaction(async (tx) => {
        await tx.query('select from webhook_lanes where id = $1 for no key update', [lane]);
        const result = await claimBatch(...options);
        expect(result.leased).toEqual([]);
        return result;
      }),
    );
    await engine().publish(delivered('a', 'm1'));
    await engine().receiver.arrived(1);
  });

  it('sends a delivery at once after a manual retry', async () => {
    await engine().endpoint('a', '/a');
    const first = next('delivered');
    await engine().publish(delivered('a', 'm1'));
    const { deliveryId } = await first;

    const second = next('delivered');
    await engine().webhooks.deliveries.retry('a', deliveryId);
    await second;
    expect(engine().receiver.at('/a')).toHaveLength(2);
  });

  it('sends a delivery that waits for its retry as soon as a manual retry is requested', async () => {
    await engine().endpoint('a', '/a');
    engine().receiver.on('/a', inSequence(answer(500), answer(200)));
    const failed = next('retrying');
    await engine().publish(delivered('a', 'm1'));
    const { deliveryId } = await failed;

    const sent = next('delivered');
    await engine().webhooks.deliveries.retry('a', deliveryId);
    await sent;
  });

  it('sends the backlog of an endpoint at once when the endpoint is resumed', async () => {
    const { id } = await engine().endpoint('a', '/a', { active: false });
    await engine().endpoint('a', '/b');
    const relayed = next('delivered');
    await engine().publish(delivered('a', 'm1'));
    await relayed;

    const resumed = next('delivered');
    await engine().webhooks.endpoints.resume('a', id);
    await resumed;
    expect(engine().receiver.at('/a')).toHaveLength(1);
  });

  it('sends at once the deliveries of a recovery', async () => {
    const { id } = await engine().endpoint('a', '/a', { retryOnError: false });
    engine().receiver.on('/a', inSequence(answer(500), answer(200)));
    const failed = next('exhausted');
    await engine().publish(delivered('a', 'm1'));
    await failed;

    const recovered = next('delivered');
    await engine().webhooks.endpoints.recover('a', id, { since: '2026-01-01T00:00:00Z' });
    await recovered;
  });

  describe('with an event of another tenant in the same transaction', () => {
    beforeEach(() => engine().endpoint('b', '/b'));

    const publishIn = (tx: EntityManager) => engine().webhooks.publish(tx, delivered('b', 'm2'));

    it('also sends a delivery at once after a manual retry', async () => {
      await engine().endpoint('a', '/a');
      const first = next('delivered');
      await engine().publish(delivered('a', 'm1'));
      const { deliveryId } = await first;

      await engine().transaction(async (tx) => {
        await publishIn(tx);
        await engine().webhooks.deliveries.retry('a', deliveryId, { tx });
      });
      await engine().receiver.arrived(3);
      expect(engine().receiver.at('/a')).toHaveLength(2);
      expect(engine().receiver.at('/b')).toHaveLength(1);
    });

    it('also sends the backlog of an endpoint at once when the endpoint is resumed', async () => {
      const { id } = await engine().endpoint('a', '/a', { active: false });
      await engine().endpoint('a', '/c');
      const relayed = next('delivered');
      await engine().publish(delivered('a', 'm1'));
      await relayed;

      await engine().transaction(async (tx) => {
        await engine().webhooks.endpoints.resume('a', id, { tx });
        await publishIn(tx);
      });
      await engine().receiver.arrived(3);
      expect(engine().receiver.at('/a')).toHaveLength(1);
      expect(engine().receiver.at('/b')).toHaveLength(1);
    });
  });
});
