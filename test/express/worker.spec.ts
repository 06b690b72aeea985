import type { DataSource } from 'typeorm';
import { createWebhooks, type Webhooks } from '../../libs/webhooks/src/express/index.js';
import { webhooksEntities, webhooksMigrations } from '../../libs/webhooks/src/store/schema/index.js';
import type { WorkerOptions } from '../../libs/webhooks/src/config/options.js';
import { Gate, Receiver } from '../engine/support/receiver.js';
import { given } from '../host/support/app.js';
import { captureStatus, statusEvent } from '../capture/backend.js';
import { Campaign, Message, MIGRATIONS } from '../capture/message.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { options, publish, startExpressHost } from './host.js';

/** This worker polls once a minute. Requests arrive earlier in these tests because the worker is woken. */
const worker: WorkerOptions = { idlePollMs: 60_000, busyPollMs: 60_000 };

let database: TestDatabase;
let dataSource: DataSource;
let receiver: Receiver;

beforeEach(async () => {
  [database, receiver] = await Promise.all([createDatabase(), Receiver.start()]);
  dataSource = await given(database.url);
});
afterEach(async () => {
  if (dataSource.isInitialized) await dataSource.destroy();
  await Promise.all([receiver.close(), database.drop()]);
});

const register = (webhooks: Webhooks, path: string) =>
  webhooks.endpoints.create('a', { url: receiver.url(path), events: ['*'] });

const statesOf = async (webhooks: Webhooks) => {
  const { data } = await webhooks.deliveries.list('a');
  return data.map(({ state }) => state);
};

describe('The worker', () => {
  it('sends at once what its process publishes after start()', async () => {
    const webhooks = await createWebhooks({ ...options(dataSource), worker });
    const { start, runOnce } = webhooks.worker;
    await register(webhooks, '/a');
    await publish(dataSource, webhooks, 'm1');
    expect(await runOnce()).toMatchObject({ relayed: 1, delivered: 1 });
    await Promise.all([start(), start()]);
    await publish(dataSource, webhooks, 'm2');
    await receiver.arrived(2);
    await webhooks.close();
    expect(await statesOf(webhooks)).toEqual(['delivered', 'delivered']);
  });

  it('in a process of its own is notified of what the web process publishes', async () => {
    const other = await given(database.url);
    const web = await createWebhooks({ ...options(dataSource), worker });
    const delivering = await createWebhooks({ ...options(other), worker });
    await register(web, '/a');
    await delivering.worker.start();
    await publish(dataSource, web, 'm1');
    await receiver.arrived(1);
    expect(web.worker).not.toBe(delivering.worker);
    await Promise.all([web.close(), delivering.close()]);
    await other.destroy();
  });

  it('publishes the changes that a capture in the options finds', async () => {
    const backend = await given(database.url, {
      entities: [...webhooksEntities, Message, Campaign],
      migrations: [...webhooksMigrations, ...MIGRATIONS],
    });
    const map: Parameters<typeof captureStatus>[0] = (row, previous, context) =>
      statusEvent(row, previous, { ...context, tenantId: 'a' });
    const webhooks = await createWebhooks({ ...options(backend), captures: [captureStatus(map)] });
    await register(webhooks, '/a');
    await backend.getRepository(Message).insert({ id: 'm1', accountId: 1 });
    await backend.query(`update message set status = 'sent'`);
    expect(await webhooks.worker.runOnce()).toMatchObject({ relayed: 1, delivered: 1 });
    await webhooks.close();
    await backend.destroy();
  });

  it('stops after the requests in flight and cannot start again; publish and the routes continue to work', async () => {
    const gate = new Gate();
    receiver.on('/slow', gate.behaviour);
    const { webhooks, call, close } = await startExpressHost({ dataSource });
    await webhooks.worker.start();
    await register(webhooks, '/slow');
    await publish(dataSource, webhooks, 'm1');
    await receiver.arrived(1);

    let stopped = false;
    const stopping = webhooks.worker.stop().then(() => (stopped = true));
    await publish(dataSource, webhooks, 'm2');
    const { body } = await call('get', '/api/webhooks/deliveries', 'a').expect(200);
    expect(body.data).toHaveLength(1);
    expect(stopped).toBe(false);
    gate.open();
    await stopping;

    expect(await statesOf(webhooks)).toEqual(['delivered']);
    expect(await webhooks.stats()).toMatchObject({ unrelayed: 1 });
    for (const again of [webhooks.worker.start, webhooks.worker.runOnce])
      await expect(again()).rejects.toThrow('cannot start again');
    await close();
  });

  it.each([
    [true, 'listens for'],
    [false, 'does not listen for'],
  ])('with handleSignals: %p %s signals while it runs', async (handleSignals) => {
    const listeners = () => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
    const before = listeners();
    const webhooks = await createWebhooks({ ...options(dataSource), worker: { handleSignals } });
    expect(listeners()).toBe(before);
    await webhooks.worker.start();
    expect(listeners()).toBe(before + (handleSignals ? 2 : 0));
    await webhooks.close();
    expect(listeners()).toBe(before);
  });
});

describe('close()', () => {
  it("records what was in flight, and leaves the host's data source open", async () => {
    const gate = new Gate();
    receiver.on('/slow', gate.behaviour);
    const webhooks = await createWebhooks(options(dataSource));
    await webhooks.worker.start();
    await register(webhooks, '/slow');
    await publish(dataSource, webhooks, 'm1');
    await receiver.arrived(1);
    let closed = false;
    const closing = Promise.all([webhooks.close(), webhooks.close()]).then(() => (closed = true));
    expect(await webhooks.stats()).toMatchObject({ leases: 1 });
    expect(closed).toBe(false);
    gate.open();
    await closing;
    expect(await dataSource.query('select state from webhook_deliveries')).toEqual([{ state: 'delivered' }]);
  });

  it('frees the data source for another instance; two instances at the same time are refused', async () => {
    const first = await createWebhooks(options(dataSource));
    await expect(createWebhooks(options(dataSource))).rejects.toThrow('twice with one data source');
    await first.close();
    const second = await createWebhooks(options(dataSource));
    await register(second, '/a');
    await publish(dataSource, second, 'm1');
    expect(await second.worker.runOnce()).toMatchObject({ delivered: 1 });
    await second.close();
  });
});
