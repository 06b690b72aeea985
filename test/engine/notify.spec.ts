import type { DeliveryNotice } from '../../libs/webhooks/src/observability/delivery-events.js';
import { delivered, Engine } from './support/engine.js';
import type { Worker } from './support/worker.js';

// Sooner than the look that would find everything.
jest.setTimeout(45_000);

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
});
