import type { EventEmitter } from 'node:events';
import type { INestApplication } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { advanceClock } from '../support/clock.js';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import type { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import { resolveSettings } from '../../libs/webhooks/src/config/resolve-settings.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { Gate, hang, Receiver } from '../engine/support/receiver.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { dataSource, given, shape, startApp, values } from './support/app.js';

let database: TestDatabase;
let receiver: Receiver;

beforeEach(async () => {
  [database, receiver] = await Promise.all([createDatabase(), Receiver.start()]);
});
afterEach(() => Promise.all([receiver.close(), database.drop()]));

const service = (app: INestApplication) => app.get<WebhooksService>(WebhooksService);

const startWorker = (options: WebhooksModuleOptions = {}, role: 'all' | 'api' = 'all') =>
  startApp([dataSource(database.url), WebhooksModule.forRoot({ ...shape, ...values, ...options, role })]);

const publish = (app: INestApplication, id: string) =>
  app.get(DataSource).transaction((tx) =>
    service(app).publish(
      tx,
      messageEvent('message.delivered', {
        tenantId: 'a',
        message: { id, direction: 'out', from: 'ACME', to: '+15550100' },
      }),
    ),
  );

const register = (app: INestApplication, path: string) =>
  service(app).endpoints.create('a', { url: receiver.url(path), events: ['*'] });

describe('app.close()', () => {
  it('waits for requests in flight, records how they end, and claims nothing more', async () => {
    const gate = new Gate();
    receiver.on('/slow', gate.behaviour);
    const app = await startWorker();
    await register(app, '/slow');
    await publish(app, 'm1');
    await receiver.arrived(1);

    let closed = false;
    const closing = app.close().then(() => (closed = true));
    const later = await startWorker({}, 'api');
    await publish(later, 'm2');
    expect(await service(later).stats()).toMatchObject({ unrelayed: 1, leases: 1 });
    expect(closed).toBe(false);
    gate.open();
    await closing;

    expect(receiver.arrivals).toHaveLength(1);
    const { data } = await service(later).deliveries.list('a');
    expect(data.map(({ state }) => state)).toEqual(['delivered']);
    expect(await service(later).runOnce()).toMatchObject({ relayed: 1, delivered: 1 });
    await later.close();
  });

  it('waits at most drainMs: an aborted delivery is sent again after its lease has ended, with the same id and bytes', async () => {
    receiver.on('/dead', hang);
    const app = await startWorker({ worker: { drainMs: 50 } });
    await register(app, '/dead');
    await publish(app, 'm1');
    await receiver.arrived(1);
    await app.close();

    receiver.on('/dead', (response) => response.writeHead(204).end());
    const next = await startWorker({}, 'api');
    // The receiver may still be working on the request, so the delivery is not sent again at once.
    expect(await service(next).runOnce()).toMatchObject({ claimed: 0, delivered: 0 });
    advanceClock(next, 30_000);
    expect(await service(next).runOnce()).toMatchObject({ claimed: 0, delivered: 0 });
    advanceClock(next, 40_000);
    expect(await service(next).runOnce()).toMatchObject({ delivered: 1 });
    const [first, second] = receiver.arrivals;
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.body).toBe(first!.body);
    await next.close();
  });

  it('returns unsent deliveries to their lane at once, while requests are still in flight', async () => {
    const gate = new Gate();
    receiver.on('/slow', gate.behaviour);
    const app = await startWorker({ worker: { slots: 1 } });
    await register(app, '/slow');
    const ids = Array.from({ length: 8 }, (_, index) => `m${index}`);
    await Promise.all(ids.map((id) => publish(app, id)));
    await receiver.arrived(1);
    const closing = app.close();
    const later = await startWorker({}, 'api');
    const sending = async (): Promise<number> =>
      (await service(later).deliveries.list('a', { states: ['sending'] })).data.length;
    // One request has arrived, or two: the first one may already count as hanging when app.close() is called, and then its slot is free for a
    // second request.
    while ((await sending()) !== receiver.arrivals.length)
      await new Promise((resolve) => setImmediate(resolve));
    const arrived = receiver.arrivals.length;
    expect(arrived).toBeLessThan(ids.length / 2);
    gate.open();
    await closing;
    expect(receiver.arrivals).toHaveLength(arrived);
    await later.close();
  });

  it('waits at most drainMs (default: 7 s) for requests in flight', () => {
    const drainMs = (options: WebhooksModuleOptions) => resolveSettings({ ...values, ...options }).drainMs;
    expect(drainMs({})).toBe(7_000);
    expect(drainMs({ worker: { drainMs: 40_000 } })).toBe(40_000);
  });

  it('leaves no listener on the pool of a data source that the host continues to use', async () => {
    const source = await given(database.url);
    const { master } = source.driver as unknown as { master: EventEmitter };
    const before = master.listenerCount('acquire');
    const app = await startApp([WebhooksModule.forRoot({ ...shape, ...values, dataSource: source })]);
    expect(master.listenerCount('acquire')).toBe(before + 1);
    await app.close();
    expect(master.listenerCount('acquire')).toBe(before);
    await source.destroy();
  });

  it('may be called twice, also before anything was sent', async () => {
    const app = await startWorker();
    await Promise.all([app.close(), app.close()]);
    await app.close();
  });

  it.each([true, false])(
    'removes the listeners for signals, which exist only if handleSignals is true (here %p)',
    async (handleSignals) => {
      const signals = ['SIGTERM', 'SIGINT'] as const;
      const before = signals.map((signal) => process.listenerCount(signal));
      const app = await startWorker({ worker: { handleSignals } });
      const during = signals.map((signal) => process.listenerCount(signal));
      expect(during).toEqual(before.map((count) => count + (handleSignals ? 1 : 0)));
      await app.close();
      expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
    },
  );
});
