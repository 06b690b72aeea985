import { Injectable, Module } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource, type EntityManager } from 'typeorm';
import {
  messageEvent,
  type PublishedEvent,
  TransactionRequiredError,
  WebhooksModule,
  WebhooksService,
} from '../../libs/webhooks/src/index.js';
import { HttpError, WebhooksDouble, WebhooksTesting } from '../../libs/webhooks/src/testing/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { dataSource, shape, values } from './support/app.js';

/** A service of the host. The host's tests call it. */
@Injectable()
class Messages {
  constructor(
    private readonly source: DataSource,
    private readonly webhooks: WebhooksService,
  ) {}

  async deliver(id: string, fails = false): Promise<void> {
    await this.source.transaction(async (tx) => {
      const message = { id, direction: 'out', from: 'ACME', to: '+15550100' } as const;
      await this.webhooks.publish(tx, messageEvent('message.delivered', { tenantId: 'a', message }));
      if (fails) throw new Error('the host failed');
    });
  }
}

let database: TestDatabase;
let host: TestingModule;
let testing: WebhooksTesting;

async function startHost(): Promise<TestingModule> {
  @Module({
    imports: [
      ScheduleModule.forRoot(),
      dataSource(database.url),
      WebhooksModule.forRoot({ ...shape, ...values, role: 'all' }),
    ],
    providers: [Messages],
  })
  class AppModule {}
  const builder = Test.createTestingModule({ imports: [AppModule] });
  const module = await WebhooksTesting.override(builder).compile();
  return module.init();
}

beforeEach(async () => {
  database = await createDatabase();
  host = await startHost();
  testing = WebhooksTesting.of(host);
  await host
    .get(WebhooksService)
    .endpoints.create('a', { url: 'https://customer.example.com/hooks', events: ['message.*'] });
});
afterEach(async () => {
  await host.close();
  await database.drop();
});

const messages = () => host.get(Messages);

describe("In a host's own tests,", () => {
  it('the injected service has the types of the catalogue', async () => {
    const webhooks = host.get(WebhooksService);
    const message = { id: 'm1', direction: 'out', from: 'ACME', to: '+15550100' } as const;
    await host.get(DataSource).transaction(async (tx) => {
      await webhooks.publish(tx, { type: 'message.sent', tenantId: 'a', data: { message } });
      // @ts-expect-error: a phone's event has no message
      const wrong = webhooks.publish(tx, { type: 'phone.online', tenantId: 'a', data: { message } });
      await expect(wrong).rejects.toThrow('event 0, data.phone is missing');
    });
    expect(await testing.published('message.sent')).toHaveLength(1);
  });

  it('published() returns only committed events: all events, or the events of one type', async () => {
    await messages().deliver('m1');
    await expect(messages().deliver('m2', true)).rejects.toThrow('the host failed');
    expect(await testing.published()).toEqual([
      {
        id: expect.stringMatching(/^evt_/),
        type: 'message.delivered',
        tenantId: 'a',
        subject: 'm1',
        data: { message: { id: 'm1', direction: 'out', from: 'ACME', to: '+15550100', status: 'delivered' } },
      },
    ]);
    expect(await testing.published('message.delivered')).toHaveLength(1);
    expect(await testing.published('message.failed')).toEqual([]);
  });

  it('nothing is sent before flush(), and even then nothing leaves the process', async () => {
    await messages().deliver('m1');
    expect(testing.sent).toEqual([]);
    expect(await testing.flush()).toMatchObject({ relayed: 1, delivered: 1 });
    expect(testing.sent).toEqual([
      {
        url: 'https://customer.example.com/hooks',
        headers: expect.objectContaining({ 'webhook-id': expect.stringMatching(/^evt_/) }),
        body: expect.stringContaining('"type":"message.delivered"'),
        json: expect.objectContaining({ type: 'message.delivered' }),
      },
    ]);
  });

  it('receivers respond as configured, and advance() moves the clock', async () => {
    testing.respondWith(503);
    await messages().deliver('m1');
    expect(await testing.flush()).toMatchObject({ delivered: 0 });
    expect(await testing.flush()).toMatchObject({ claimed: 0 });
    testing.respondWith(({ json }) => ((json as { type: string }).type === 'message.delivered' ? 200 : 400));
    testing.advance(60_000);
    expect(await testing.flush()).toMatchObject({ claimed: 1, delivered: 1 });
    expect(testing.sent).toHaveLength(2);
    expect(testing.sent[1]!.body).toBe(testing.sent[0]!.body);
  });

  it('a receiver may be unreachable', async () => {
    testing.respondWith(() => {
      throw new HttpError('connect', 'nobody there');
    });
    await messages().deliver('m1');
    await testing.flush();
    const { data } = await host.get(WebhooksService).deliveries.list('a');
    expect(data.map(({ state }) => state)).toEqual(['pending']);
  });

  it('clear() resets everything', async () => {
    testing.respondWith(500);
    await messages().deliver('m1');
    await testing.flush();
    await testing.clear();
    expect(testing.sent).toEqual([]);
    expect(await testing.published()).toEqual([]);
    await messages().deliver('m2');
    expect(await testing.flush()).toMatchObject({ delivered: 1 });
  });

  it("published() does not return the events of another test's application", async () => {
    await messages().deliver('m1');
    const next = await startHost();
    expect(await WebhooksTesting.of(next).published()).toEqual([]);
    await next.get(Messages).deliver('m2');
    expect(await WebhooksTesting.of(next).published()).toMatchObject([{ subject: 'm2' }]);
    await next.close();
  });

  it("no poller runs, even with role: 'all'", async () => {
    await messages().deliver('m1');
    const { unrelayed } = await host.get(WebhooksService).stats();
    expect(unrelayed).toBe(1);
    expect(host.get(SchedulerRegistry, { strict: false }).getTimeouts()).toEqual([]);
  });
});

describe('A double of the service, without a database', () => {
  const tx = {} as EntityManager;
  const source = { transaction: (work: (tx: EntityManager) => unknown) => work(tx) };
  const unit = async (webhooks: WebhooksDouble) => {
    const providers = [Messages, webhooks.provider, { provide: DataSource, useValue: source }];
    return (await Test.createTestingModule({ providers }).compile()).get(Messages);
  };

  it('records what the code under test publishes', async () => {
    const webhooks = new WebhooksDouble();
    await (await unit(webhooks)).deliver('m1');
    expect(webhooks.published('message.failed')).toEqual([]);
    expect(webhooks.published('message.delivered')).toEqual([
      {
        id: expect.stringMatching(/^evt_/),
        type: 'message.delivered',
        tenantId: 'a',
        subject: 'm1',
        data: { message: { id: 'm1', direction: 'out', from: 'ACME', to: '+15550100', status: 'delivered' } },
      },
    ]);
    webhooks.clear();
    expect(webhooks.published()).toEqual([]);
  });

  it('refuses what the service refuses, and recognizes duplicates', async () => {
    const webhooks = new WebhooksDouble();
    const event = {
      type: 'webhook.test',
      tenantId: 'a',
      idempotencyKey: 'k',
      data: { message: 'x' },
    } as const;
    const [{ id }] = (await webhooks.publish(tx, [event])) as [PublishedEvent];
    expect(await webhooks.publish(tx, event)).toEqual({ id, duplicate: true });
    await expect(webhooks.publish(undefined, event)).rejects.toThrow(TransactionRequiredError);
    await expect(webhooks.publish(tx, [event, { ...event, tenantId: '' }])).rejects.toThrow('tenantId');
    await expect(webhooks.publish(tx, { ...event, data: { message: 1 } } as never)).rejects.toThrow(
      'event 0, data.message must be of type string',
    );
    await expect(webhooks.publish(tx, { ...event, type: 'webhook.tset' } as never)).rejects.toThrow(
      'Did you mean "webhook.test"?',
    );
    expect(webhooks.published()).toHaveLength(1);
  });

  it('accepts the options that declare event types', async () => {
    const eventTypes = [{ name: 'invoice.paid', description: 'x', schema: { required: ['invoice'] } }];
    const webhooks = new WebhooksDouble({ eventTypes });
    const paid = (data: object) => ({ type: 'invoice.paid', tenantId: 'a', data }) as never;
    await expect(webhooks.publish(tx, paid({}))).rejects.toThrow('data.invoice is missing');
    await webhooks.publish(tx, paid({ invoice: 1 }));
    expect(webhooks.published('invoice.paid')).toHaveLength(1);
  });
});

it('WebhooksTesting.of() says what to do if the module was built without override()', async () => {
  const own = await createDatabase();
  const real = await Test.createTestingModule({
    imports: [dataSource(own.url), WebhooksModule.forRoot({ ...shape, ...values })],
  }).compile();
  expect(() => WebhooksTesting.of(real)).toThrow(
    'build the module with WebhooksTesting.override(builder) first',
  );
  await real.close();
  await own.drop();
});
