import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { until } from '../faults/until.js';
import { delivered, Engine } from './support/engine.js';

/**
 * The worker runs in the process that publishes. It knows the events that commit there, and the endpoints that it has read. It
 * polls once a minute, so what arrives here was not found by polling.
 */
describe('A few events of this process', () => {
  let engine: Engine;
  let store: Store;
  let reads: jest.SpyInstance;
  beforeEach(async () => {
    engine = await Engine.start({
      role: 'all',
      options: { worker: { idlePollMs: 60_000, busyPollMs: 60_000 } },
    });
    store = engine.first.module.get<Store>(STORE, { strict: false });
    await engine.endpoint('a', '/a');
    // For the first event, the worker reads the endpoint. From then on, it knows the endpoint.
    await engine.publish(delivered('a', 'm0'));
    await arrived('/a', 1);
    reads = jest.spyOn(store, 'readFewEvents');
  });
  afterEach(() => engine.close());

  const subjectsAt = (path: string) =>
    engine.receiver.at(path).map(({ body }) => (JSON.parse(body) as { data: Message }).data.message.id);
  interface Message {
    message: { id: string };
  }

  /** Resolves when `path` has got `count` requests, and the outcomes of all requests are recorded. */
  async function arrived(path: string, count: number): Promise<void> {
    await until(`${count} requests at ${path}`, () => engine.receiver.at(path).length >= count);
    await until('all outcomes to be recorded', async () => (await engine.leftovers()).sending === 0);
  }

  it('are relayed without being read from the database', async () => {
    await engine.publish(delivered('a', 'm1'));
    await engine.transaction(async (tx) => {
      await engine.webhooks.publish(tx, delivered('a', 'm2'));
      await engine.webhooks.publish(tx, delivered('a', 'm3'));
    });
    await arrived('/a', 4);
    expect(subjectsAt('/a').toSorted()).toEqual(['m0', 'm1', 'm2', 'm3']);
    expect(reads).not.toHaveBeenCalled();
  });

  it('are sent to the current URL of the endpoint, and to a new endpoint', async () => {
    const { id } = (await engine.webhooks.endpoints.list('a')).data[0]!;
    await engine.webhooks.endpoints.update('a', id, { url: engine.receiver.url('/moved') });
    await engine.publish(delivered('a', 'm1'));
    await arrived('/moved', 1);
    await engine.endpoint('a', '/new');
    await engine.publish(delivered('a', 'm2'));
    await arrived('/new', 1);
    await arrived('/moved', 2);
    expect(subjectsAt('/a')).toEqual(['m0']);
    expect(reads).toHaveBeenCalledTimes(2);
  });

  it('are not sent if their savepoint was rolled back', async () => {
    await engine.transaction(async (tx) => {
      await engine.webhooks.publish(tx, delivered('a', 'm1'));
      const undone = tx.transaction(async (inner) => {
        await engine.webhooks.publish(inner, delivered('a', 'undone'));
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      await engine.webhooks.publish(tx, delivered('a', 'm2'));
    });
    await arrived('/a', 3);
    expect(subjectsAt('/a').toSorted()).toEqual(['m0', 'm1', 'm2']);
  });

  it('of one subject are sent in the order in which they were published', async () => {
    await engine.transaction(async (tx) => {
      for (const type of ['message.queued', 'message.sent', 'message.delivered'] as const)
        await engine.webhooks.publish(tx, delivered('a', 'm1', { type } as object));
    });
    await arrived('/a', 4);
    const types = engine.receiver.at('/a').map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types.slice(1)).toEqual(['message.queued', 'message.sent', 'message.delivered']);
  });

  describe('while the worker claims from lanes,', () => {
    let endClaim: () => void;
    beforeEach(async () => {
      // Deliveries of an endpoint with a limit are always claimed from its lane.
      await engine.endpoint('limited', '/limited', { maxThroughputPerMinute: 600 });
      const transaction = store.transaction.bind(store);
      const claiming = new Promise<void>((begin) => {
        jest.spyOn(store, 'transaction').mockImplementationOnce(async (work) => {
          begin();
          await new Promise<void>((end) => (endClaim = end));
          return transaction(work);
        });
      });
      await engine.publish(delivered('limited', 'm1'));
      await claiming;
    });

    it('are sent before the claim has ended', async () => {
      await engine.publish(delivered('a', 'm1'));
      await until('m1 to arrive', () => engine.receiver.at('/a').length === 2);
      expect(engine.receiver.at('/limited')).toEqual([]);
      endClaim();
      await arrived('/limited', 1);
    });

    it('are also sent if a large batch is published before them', async () => {
      await engine.publish(...Array.from({ length: 500 }, (_, i) => delivered('a', `many${i}`)));
      await engine.publish(delivered('a', 'last'));
      endClaim();
      await arrived('/a', 502);
      await arrived('/limited', 1);
      expect(new Set(subjectsAt('/a')).size).toBe(502);
    });
  });

  it('do not hide events of another process, or events that are published in a large batch', async () => {
    const other = await engine.addWorker({ role: 'api', options: { worker: { notify: false } } });
    await other.dataSource.transaction((tx) => other.webhooks.publish(tx, delivered('a', 'elsewhere')));
    await engine.publish(delivered('a', 'm1'));
    await arrived('/a', 2);
    await engine.publish(...Array.from({ length: 500 }, (_, i) => delivered('a', `many${i}`)));
    await arrived('/a', 503);
    expect(new Set(subjectsAt('/a')).size).toBe(503);
  });
});
