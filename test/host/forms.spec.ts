import { type INestApplication, Injectable, Module } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, dataSource, given, shape, startApp, values } from './support/app.js';

let database: TestDatabase;
let second: TestDatabase;
let receiver: Receiver;

beforeAll(async () => {
  [database, second, receiver] = await Promise.all([createDatabase(), createDatabase(), startReceiver()]);
});
afterAll(() => Promise.all([database.drop(), second.drop(), receiver.close()]));
beforeEach(() => void (receiver.received.length = 0));

const url = () => database.url;

/** Registers over REST, publishes and delivers. Then closes the app. */
async function delivers(app: INestApplication, base = '/webhooks'): Promise<void> {
  await works(app, base, app.get<WebhooksService>(WebhooksService), app.get(DataSource));
  await app.close();
}

async function works(
  app: INestApplication,
  base: string,
  webhooks: WebhooksService,
  source: DataSource,
): Promise<void> {
  const { url: path } = receiver;
  const { body } = await as(app, 'a')
    .post(base, { url: path, events: ['*'] })
    .expect(201);
  await source.transaction((tx) =>
    webhooks.publish(tx, { type: 'webhook.test', tenantId: 'a', data: { message: 'hello' } } as never),
  );
  expect(await webhooks.runOnce()).toMatchObject({ relayed: 1, delivered: 1 });
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([
    expect.stringMatching(/^evt_/),
  ]);
  receiver.received.length = 0;
  await webhooks.endpoints.delete('a', body.id);
}

/** A host's configuration that is loaded asynchronously. */
@Injectable()
class Configuration {
  async read(): Promise<WebhooksModuleOptions> {
    return Promise.resolve(values);
  }

  createWebhooksOptions(): Promise<WebhooksModuleOptions> {
    return this.read();
  }
}

@Module({ providers: [Configuration], exports: [Configuration] })
class ConfigurationModule {}

@Injectable()
class OptionsOfConfiguration {
  constructor(private readonly configuration: Configuration) {}

  createWebhooksOptions(): Promise<WebhooksModuleOptions> {
    return this.configuration.read();
  }
}

describe('The module is mounted', () => {
  it('with forRoot(options)', async () => {
    await delivers(await startApp([dataSource(url()), WebhooksModule.forRoot({ ...shape, ...values })]));
  });

  it('with a factory that waits for the configuration', async () => {
    const module = WebhooksModule.forRootAsync({
      ...shape,
      imports: [ConfigurationModule],
      inject: [Configuration],
      useFactory: (configuration: Configuration) => configuration.read(),
    });
    await delivers(await startApp([dataSource(url()), module]));
  });

  it('with a class that creates the options and has dependencies', async () => {
    const module = WebhooksModule.forRootAsync({
      ...shape,
      imports: [ConfigurationModule],
      useClass: OptionsOfConfiguration,
    });
    await delivers(await startApp([dataSource(url()), module]));
  });

  it('with a provider of the host that creates the options', async () => {
    const module = WebhooksModule.forRootAsync({
      ...shape,
      imports: [ConfigurationModule],
      useExisting: Configuration,
    });
    await delivers(await startApp([dataSource(url()), module]));
  });

  it('on a data source with a name', async () => {
    const module = WebhooksModule.forRoot({ ...shape, ...values, dataSource: 'messages' });
    const app = await startApp([dataSource(url(), { name: 'messages' }), module]);
    const source = app.get<DataSource>(getDataSourceToken('messages'));
    await works(app, '/webhooks', app.get(WebhooksService), source);
    await app.close();
  });

  it('on a data source that is not a provider of Nest', async () => {
    const source = await given(url());
    const app = await startApp([WebhooksModule.forRoot({ ...shape, ...values, dataSource: source })]);
    await works(app, '/webhooks', app.get(WebhooksService), source);
    await app.close();
    expect(source.isInitialized).toBe(true);
    await source.destroy();
  });

  it('on a data source that is passed as an object, although the host also has a default data source', async () => {
    const source = await given(second.url);
    const module = WebhooksModule.forRoot({ ...shape, ...values, dataSource: source });
    const app = await startApp([dataSource(url()), module]);
    await works(app, '/webhooks', app.get(WebhooksService), source);
    await app.close();
    await source.destroy();
  });

  it('once for all modules if it is global', async () => {
    @Injectable()
    class Reports {
      constructor(readonly webhooks: WebhooksService) {}
    }
    @Module({ providers: [Reports] })
    class ReportsModule {}
    const module = WebhooksModule.forRoot({ ...shape, ...values, isGlobal: true });
    const app = await startApp([dataSource(url()), module, ReportsModule]);
    expect(app.get(Reports).webhooks).toBe(app.get(WebhooksService));
    await app.close();
  });

  it('by several modules of the host that import one result of forRoot', async () => {
    const mounted = WebhooksModule.forRoot({ ...shape, ...values });
    @Injectable()
    class Sender {
      constructor(readonly webhooks: WebhooksService) {}
    }
    @Module({ imports: [mounted], providers: [Sender] })
    class SenderModule {}
    @Injectable()
    class Reader {
      constructor(readonly webhooks: WebhooksService) {}
    }
    @Module({ imports: [mounted], providers: [Reader] })
    class ReaderModule {}
    const app = await startApp([dataSource(url()), SenderModule, ReaderModule]);
    expect(app.get(Sender).webhooks).toBe(app.get(Reader).webhooks);
    await app.close();
  });
});

describe('Two modules on two data sources', () => {
  it('are independent of each other', async () => {
    const one = WebhooksModule.forRoot({ ...shape, ...values, path: 'one' });
    const two = WebhooksModule.forRoot({
      ...shape,
      ...values,
      path: 'two',
      dataSource: 'two',
      tablePrefix: 'two_',
    });
    @Injectable()
    class First {
      constructor(readonly webhooks: WebhooksService) {}
    }
    @Module({ imports: [one], providers: [First] })
    class FirstModule {}
    @Injectable()
    class Second {
      constructor(readonly webhooks: WebhooksService) {}
    }
    @Module({ imports: [two], providers: [Second] })
    class SecondModule {}
    const app = await startApp([
      dataSource(url()),
      dataSource(second.url, { name: 'two', migrationsTableName: 'two_migrations' }),
      FirstModule,
      SecondModule,
    ]);
    const sources = [app.get(DataSource), app.get<DataSource>(getDataSourceToken('two'))];
    const { body } = await as(app, 'a')
      .post('/one', { url: receiver.url, events: ['*'] })
      .expect(201);
    await as(app, 'a').get(`/two/${body.id}`).expect(404);
    await app.get(First).webhooks.endpoints.delete('a', body.id);
    await works(app, '/one', app.get(First).webhooks, sources[0]!);
    await works(app, '/two', app.get(Second).webhooks, sources[1]!);
    await expect(
      sources[1]!.transaction((tx) =>
        app.get(First).webhooks.publish(tx, { type: 'webhook.test', tenantId: 'a', data: {} } as never),
      ),
    ).rejects.toThrow('another data source');
    await app.close();
  });
});

describe('Registering twice on one data source', () => {
  const again = () => WebhooksModule.forRoot({ ...values, controller: false });

  it('is an error that says what to change', async () => {
    const start = startApp([dataSource(url()), again(), again()], { logger: false });
    await expect(start).rejects.toMatchObject({
      name: 'WebhooksSetupError',
      message: expect.stringMatching(/registered twice on one data source.*one forRoot\(\) call/),
    });
  });

  it('is allowed after the first module is closed, or if the first module did not start', async () => {
    const source = await given(second.url);
    const module = () => WebhooksModule.forRoot({ ...values, dataSource: source });
    const app = await startApp([module()]);
    await expect(startApp([module()], { logger: false })).rejects.toThrow('registered twice');
    await app.close();
    await source.query('alter table webhook_leases rename to hidden');
    await expect(startApp([module()], { logger: false })).rejects.toThrow('"webhook_leases", does not exist');
    await source.query('alter table hidden rename to webhook_leases');
    await (await startApp([module()])).close();
    await source.destroy();
  });
});
