import {
  type DynamicModule,
  type INestApplication,
  Injectable,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { captureMigration } from '../../libs/webhooks/src/store/schema/capture/capture-migration.js';
import { webhooksEntities } from '../../libs/webhooks/src/store/schema/entities.js';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { backend, captureStatus } from '../capture/backend.js';
import { Campaign, Message, MIGRATIONS } from '../capture/message.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, dataSource, given, shape, startApp, values } from './support/app.js';

let database: TestDatabase;
let receiver: Receiver;
let app: INestApplication;
const said: string[] = [];
const say = (message: unknown): void => void said.push(String(message));
const logger = { log: () => undefined, warn: say, error: say };

beforeEach(async () => {
  said.length = 0;
  [database, receiver] = await Promise.all([createDatabase(), startReceiver()]);
});
afterEach(async () => {
  // `app` is undefined if no app has started yet.
  await (app as INestApplication | undefined)?.close();
  await Promise.all([receiver.close(), database.drop()]);
});

/** The host's data source, which runs no migrations when it connects. */
const later = () => dataSource(database.url, { migrationsRun: false });
const webhooks = () => WebhooksModule.forRoot({ ...shape, ...values, role: 'all' });
const migrate = () => app.get(DataSource).runMigrations();

const publish = () =>
  app.get(DataSource).transaction((tx) =>
    app.get<WebhooksService>(WebhooksService).publish(
      tx,
      messageEvent('message.delivered', {
        tenantId: 'a',
        message: { id: 'm1', direction: 'out', from: 'ACME', to: '+15550100' },
      }),
    ),
  );

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

const areAvailable = async (): Promise<boolean> => (await as(app, 'a').get('/webhooks')).status === 200;

/** Expects that the worker delivers by itself. */
async function delivers(): Promise<void> {
  await until(areAvailable);
  await as(app, 'a')
    .post('/webhooks', { url: receiver.url, events: ['*'] })
    .expect(201);
  await publish();
  await until(async () => receiver.received.length === 1);
  expect(await app.get<WebhooksService>(WebhooksService).health()).toEqual([]);
}

describe.each([
  ['before', true],
  ['after', false],
] as const)('A host that migrates in a module listed %s WebhooksModule', (_, isFirst) => {
  it('starts, and delivers as soon as the tables exist', async () => {
    @Injectable()
    class Migrations implements OnApplicationBootstrap {
      constructor(private readonly source: DataSource) {}

      async onApplicationBootstrap(): Promise<void> {
        await this.source.runMigrations();
      }
    }
    @Module({ providers: [Migrations] })
    class MigrationsModule {}
    const modules = isFirst ? [MigrationsModule, webhooks()] : [webhooks(), MigrationsModule];
    app = await startApp([later(), ...modules], { logger });
    await delivers();
  });
});

describe('A host that lists the migration of a capture and runs it after the start', () => {
  const [CreateMessages] = MIGRATIONS as [(typeof MIGRATIONS)[0]];
  class Inserts1764900000002 extends captureMigration(Message, { column: 'status', insert: true }) {}

  /** Runs the module's migrations and then `migrations`, without an app. */
  const migrateBefore = async (...migrations: (typeof CreateMessages)[]): Promise<void> => {
    const entities = [...webhooksEntities, Message, Campaign];
    const source = await given(database.url, {
      entities,
      migrations: [...webhooksMigrations, ...migrations],
    });
    await source.destroy();
  };
  const start = async (migrations: (typeof CreateMessages)[]): Promise<void> => {
    const source = { migrationsRun: false, migrations: [...webhooksMigrations, ...migrations] };
    const { imports } = backend(captureStatus());
    app = await startApp([dataSource(database.url, source), ...(imports as DynamicModule[]), webhooks()], {
      logger,
    });
  };

  it('starts, and publishes changes as soon as the trigger is there', async () => {
    await migrateBefore(CreateMessages);
    await start(MIGRATIONS);
    expect(said).toEqual([
      expect.stringMatching(
        /^Changes of "message" are to be captured, but the table has no trigger.*nothing is deliv/,
      ),
    ]);
    await expect(publish()).rejects.toMatchObject({ name: 'WebhooksNotReadyError' });
    await as(app, 'a').get('/webhooks').expect(503);
    await migrate();
    await until(areAvailable);
    await as(app, '1')
      .post('/webhooks', { url: receiver.url, events: ['message.sent'] })
      .expect(201);
    const messages = app.get(DataSource).getRepository(Message);
    await messages.insert({ id: 'm1', accountId: 1 });
    await messages.update({ id: 'm1' }, { status: 'sent' });
    await until(async () => receiver.received.length === 1);
  });

  it('does not start without the right trigger if no listed migration will create it', async () => {
    class Other1764900000001 extends captureMigration(Message, { column: 'note' }) {}
    await migrateBefore(CreateMessages);
    await expect(start([CreateMessages, Other1764900000001])).rejects.toThrow(
      /has no trigger.*Add this migration/,
    );
    await migrateBefore(CreateMessages, Inserts1764900000002);
    await expect(start([CreateMessages, Inserts1764900000002])).rejects.toThrow(
      /that this capture does not ask for/,
    );
  });
});

it('Until the tables exist, every call fails with an error that names the migrations, and the log and health() show the problem', async () => {
  app = await startApp([later(), webhooks()], { logger });
  expect(said).toEqual([
    expect.stringMatching(/"webhook_accounts", does not exist: .*run the migrations.* nothing is delivered/),
  ]);
  const notReady = { name: 'WebhooksNotReadyError', message: expect.stringMatching(/run the migrations/) };
  await expect(publish()).rejects.toMatchObject(notReady);
  const service = app.get<WebhooksService>(WebhooksService);
  await expect(service.endpoints.list('a')).rejects.toMatchObject(notReady);
  await expect(service.runOnce()).rejects.toMatchObject(notReady);
  expect(await service.health()).toMatchObject([{ kind: 'not-ready' }]);
  const { body, headers } = await as(app, 'a').get('/webhooks').expect(503);
  expect(body).toMatchObject({ statusCode: 503, code: 'not_ready' });
  expect(headers['retry-after']).toBe('5');
  await as(app, 'a')
    .post('/webhooks', { url: receiver.url, events: ['*'] })
    .expect(503);
  await migrate();
  await delivers();
});

it('Tables of an earlier release do not stop the start if the migrations are listed but have not run yet', async () => {
  app = await startApp([dataSource(database.url)], { logger });
  const source = app.get(DataSource);
  // Undoes migrations until one has removed columns.
  const columns = async (): Promise<number> =>
    (await source.query(`select 1 from information_schema.columns where table_name like 'webhook_%'`)).length;
  const before = await columns();
  while ((await columns()) === before) await source.undoLastMigration();
  await app.close();
  app = await startApp([later(), webhooks()], { logger });
  await expect(publish()).rejects.toMatchObject({ name: 'WebhooksNotReadyError' });
  await migrate();
  await delivers();
});
