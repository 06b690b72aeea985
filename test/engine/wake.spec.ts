import { once, EventEmitter } from 'node:events';
import type { EntityManager } from 'typeorm';
import type {
  DeliveryEventMap,
  DeliveryNotice,
} from '../../libs/webhooks/src/observability/delivery-events.js';
import { delivered, Engine } from './support/engine.js';
import { answer, inSequence } from './support/receiver.js';
import { startWorker, type Worker } from './support/worker.js';
import { DatabaseProxy } from '../faults/database-proxy.js';
import { until } from '../faults/until.js';

// Sooner than the look that would find everything.
jest.setTimeout(45_000);

/**
 * A worker that, left alone, looks once a minute: what arrives in these tests arrives because a commit of its own
 * process woke it.
 */
describe('The worker of the process that commits', () => {
  let started: Engine;
  beforeEach(async () => {
    const worker = { idlePollMs: 60_000, busyPollMs: 60_000 };
    started = await Engine.start({ role: 'all', options: { worker } });
  });
  afterEach(() => started.close());
  const engine = (): Engine => started;

  /** Resolves when the next delivery has ended so, or is to be tried again. */
  async function next(name: keyof DeliveryEventMap): Promise<{ deliveryId: string }> {
    const emitter = new EventEmitter();
    const off = engine().webhooks.events.on(name, (notice) => emitter.emit('notice', notice));
    const [notice] = await once(emitter, 'notice');
    off();
    return notice as { deliveryId: string };
  }

  it('sends at once what is published', async () => {
    await engine().endpoint('a', '/a');
    const done = next('delivered');
    await engine().publish(delivered('a', 'm1'));
    await done;
  });

  it('sends soon what was published when the database failed it', async () => {
    await engine().endpoint('a', '/a');
    jest
      .spyOn(engine().first.database, 'transaction')
      .mockRejectedValueOnce(new Error('terminating connection due to administrator command'));
    await engine().publish(delivered('a', 'm1'));
    await engine().receiver.arrived(1);
    expect(engine().log.errors).toEqual([expect.stringContaining('terminating connection')]);
  });

  it('sends at once what somebody asks to have sent again', async () => {
    await engine().endpoint('a', '/a');
    const first = next('delivered');
    await engine().publish(delivered('a', 'm1'));
    const { deliveryId } = await first;

    const second = next('delivered');
    await engine().webhooks.deliveries.retry('a', deliveryId);
    await second;
    expect(engine().receiver.at('/a')).toHaveLength(2);
  });

  it('sends at once what waits for its retry, when somebody asks for it', async () => {
    await engine().endpoint('a', '/a');
    engine().receiver.on('/a', inSequence(answer(500), answer(200)));
    const failed = next('retrying');
    await engine().publish(delivered('a', 'm1'));
    const { deliveryId } = await failed;

    const sent = next('delivered');
    await engine().webhooks.deliveries.retry('a', deliveryId);
    await sent;
  });

  it('sends at once what waited for an endpoint that is resumed', async () => {
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

  it('sends at once what an endpoint recovers', async () => {
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

    it('sends at once what somebody asks to have sent again, too', async () => {
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

    it('sends at once what waited for an endpoint that is resumed, too', async () => {
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

/** Left alone, a worker looks once a minute: what arrives here arrives because another process said so. */
const SELDOM = { idlePollMs: 60_000, busyPollMs: 60_000 };

describe('With worker.notify', () => {
  let engine: Engine;
  let worker: Worker;
  beforeEach(async () => {
    engine = await Engine.start({ role: 'api', options: { worker: { ...SELDOM, notify: true } } });
    worker = await engine.addWorker({ role: 'worker' });
    await engine.endpoint('a', '/a');
  });
  afterEach(() => engine.close());

  const listening = () =>
    engine.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and query ilike 'listen webhooks_%'`,
    );

  /** Resolves when the worker has recorded the next success. */
  const delivery = () =>
    new Promise<DeliveryNotice>((resolve) => {
      const off = worker.webhooks.events.on('delivered', (notice) => {
        off();
        resolve(notice);
      });
    });

  it('a commit in one process wakes the worker in another', async () => {
    await engine.publish(delivered('a', 'm1'));
    await engine.receiver.arrived(1);
  });

  it('a retry wakes it too, and one in the same transaction as an event', async () => {
    await engine.endpoint('b', '/b');
    const first = delivery();
    await engine.publish(delivered('a', 'm1'));
    const { deliveryId } = await first;
    const second = delivery();
    await engine.webhooks.deliveries.retry('a', deliveryId);
    await second;

    await engine.transaction(async (tx) => {
      await engine.webhooks.publish(tx, delivered('b', 'm2'));
      await engine.webhooks.deliveries.retry('a', deliveryId, { tx });
    });
    await engine.receiver.arrived(4);
    expect(engine.receiver.at('/a')).toHaveLength(3);
    expect(engine.receiver.at('/b')).toHaveLength(1);
  });

  it("no NOTIFY is in the host's transaction, nor on its connections: there it would put commits in a row", async () => {
    const statements = await engine.first.statements.during(() => engine.publish(delivered('a', 'm1')));
    await engine.receiver.arrived(1);
    expect(statements.join('\n')).not.toMatch(/notify/i);
  });

  it('a worker whose listening connection was ended is told again as soon as it is back', async () => {
    const [{ pid }] = (await listening()) as [{ pid: number }];
    await engine.query('select pg_terminate_backend($1::int)', [pid]);
    await engine.publish(delivered('a', 'm1'));
    await engine.receiver.arrived(1);
    expect(engine.log.warnings.splice(0)).toContainEqual(expect.stringContaining('polling only, again in'));
  });

  it('a LISTEN or NOTIFY that the server refuses leaves no connection open', async () => {
    const { url } = engine.first.dataSource.options as { url: string };
    const proxy = await DatabaseProxy.open(url);
    const sessions = (last: string) =>
      engine.count(`pg_stat_activity where datname = current_database() and query ~* $1`, [last]);
    proxy.refused = /^listen/;
    const options = { worker: { ...SELDOM, notify: true } };
    const host = await startWorker(proxy.url, { role: 'all', options }, engine.log);
    try {
      await until('the refused LISTEN to be tried again', () => proxy.refusals > 1);
      await until('their connections to end', async () => (await sessions('^select refused$')) === 0);

      proxy.refused = /^notify/;
      await until('it to listen', async () => (await sessions('^listen webhooks_')) === 2);
      const before = proxy.refusals;
      await host.dataSource.transaction((tx) => host.webhooks.publish(tx, delivered('a', 'm1')));
      await until('a NOTIFY to be refused', () => proxy.refusals > before);
      await until('its connection to end', async () => (await sessions('^select refused$')) === 0);

      proxy.refused = null;
      await until('it to listen again', async () => (await sessions('^listen webhooks_')) === 2);
      expect(engine.log.warnings.splice(0)).toContainEqual(expect.stringContaining('polling only, again in'));
    } finally {
      await host.close();
      await proxy.close();
    }
  });
});
