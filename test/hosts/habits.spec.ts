import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ArgumentsHost,
  type CallHandler,
  Catch,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  HttpException,
  type INestApplication,
  Injectable,
  Module,
  type NestInterceptor,
  ValidationPipe,
  VersioningType,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { transformSync } from '@swc/core';
import { messageEvent, WebhooksModule, webhooksMigrations, WebhooksService } from 'nestjs-sms-webhooks';
import { verifyWebhook } from 'nestjs-sms-webhooks-receiver';
import { webhooksEntities, webhooksEntitiesWith } from 'nestjs-sms-webhooks/schema';
import { map, type Observable } from 'rxjs';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { Log } from '../engine/support/log.js';
import { Receiver } from '../engine/support/receiver.js';
import { until } from '../faults/until.js';
import { startWorker } from '../engine/support/worker.js';
import { AccountGuard, as, dataSource, shape, startApp, values } from '../host/support/app.js';
import { acceptAnswersOfHost } from '../support/openapi/problems.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { itForAll } from '../support/it-for-all.js';
import { pgbouncer, startPgbouncer } from './support/pgbouncer.js';

@Injectable()
class Envelope implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((answer) => ({ success: true, answer })));
  }
}

@Catch(HttpException)
class OwnErrors implements ExceptionFilter {
  catch(error: HttpException, host: ArgumentsHost): void {
    host.switchToHttp().getResponse().status(error.getStatus()).send({ success: false });
  }
}

@Module({
  providers: [
    { provide: APP_GUARD, useClass: AccountGuard },
    { provide: APP_INTERCEPTOR, useClass: Envelope },
    { provide: APP_FILTER, useClass: OwnErrors },
  ],
})
class GlobalHabits {}

/** Creates two tables of the host. One has the name of a module's table, and the other has a similar name. */
class OwnWebhooks1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table webhooks (id int)');
    await runner.query('create table webhook_events (id int)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table webhooks, webhook_events');
  }
}

/**
 * A folder with a host's compiled entities and migrations. TypeORM loads the files of a glob itself, so Jest does not
 * compile them.
 */
const built = mkdtempSync(join(__dirname, '.built-'));
afterAll(() => rmSync(built, { recursive: true }));
for (const file of readdirSync(join(__dirname, 'raw-sql')).filter((name) =>
  /\.(entity|migration)\.ts$/.test(name),
)) {
  const { code } = transformSync(readFileSync(join(__dirname, 'raw-sql', file), 'utf8'), {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'commonjs' },
  });
  writeFileSync(join(built, file.replace(/ts$/, 'js')), code);
}

interface Habit {
  habit: string;
  host: (url: string) => DynamicModule;
  options?: Parameters<typeof WebhooksModule.forRoot>[0];
  modules?: (new () => object)[];
  adapter?: 'fastify';
  configure?: (app: INestApplication) => void;
  path?: string;
  /** In the host's responses, the property that contains the module's response. */
  answer?: string;
}

const globally = {
  options: { guards: 'global' as const },
  modules: [GlobalHabits],
  host: (url: string) => dataSource(url),
  configure(app: INestApplication) {
    app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
    app.setGlobalPrefix('api');
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  },
  path: '/api/v1/webhooks',
  answer: 'answer',
};
const WHOLE = 'an APP_GUARD, APP_INTERCEPTOR, APP_FILTER, strict pipe, prefix and versions';

const HABITS: Habit[] = [
  { habit: WHOLE, ...globally },
  { habit: `${WHOLE}, on Fastify`, ...globally, adapter: 'fastify' },
  {
    habit: 'synchronize',
    host: (url) => dataSource(url, { synchronize: true, migrations: [], migrationsRun: false }),
  },
  {
    habit: 'entities and migrations as globs',
    host: (url) =>
      dataSource(url, {
        autoLoadEntities: false,
        entities: [join(built, '*.entity.js'), ...webhooksEntities],
        migrations: [join(built, '*.migration.js'), ...webhooksMigrations],
      }),
  },
  {
    habit: 'tables "webhooks" and "webhook_events" of its own',
    host: (url) =>
      dataSource(url, {
        autoLoadEntities: false,
        entities: webhooksEntitiesWith('sms_'),
        migrations: [OwnWebhooks1700000000000, ...webhooksMigrations],
      }),
    options: { tablePrefix: 'sms_' },
  },
  { habit: 'a pool of five', host: (url) => dataSource(url, { poolSize: 5 }) },
  { habit: 'a pool of one', host: (url) => dataSource(url, { poolSize: 1 }) },
];

let database: TestDatabase;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
});
afterAll(() => receiver.close());
beforeEach(() => receiver.clear());

/** Starts the host, registers over HTTP, publishes ten messages, most of them at once, and verifies what arrives. */
async function mountsPublishesReceives(habit: Habit, url: string): Promise<void> {
  const { host, options, modules = [], adapter, configure, path = '/webhooks', answer } = habit;
  const webhooks = WebhooksModule.forRoot({ ...shape, ...values, ...options });
  const app = await startApp([host(url), webhooks, ...modules], { adapter, configure });
  try {
    receiver.clear();
    await as(app, 'a')
      .post(path, { url: 'nonsense', events: ['*'] })
      .expect(400);
    const registration = { url: receiver.url('/hooks'), events: ['message.*'] };
    const { body } = await as(app, 'a').post(path, registration).expect(201);
    const { secret } = answer ? body[answer] : body;
    const service = app.get(WebhooksService);
    const ids = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const publish = (id: string) =>
      app.get(DataSource).transaction((tx) => {
        const message = { id, direction: 'out', from: 'ACME', to: '+15550100' } as const;
        return service.publish(tx, messageEvent('message.delivered', { tenantId: 'a', message }));
      });
    for (const batch of [ids.slice(0, 8), ids.slice(8, 9), ids.slice(9)]) {
      await Promise.all(batch.map(publish));
      expect(await service.runOnce()).toMatchObject({ delivered: batch.length });
    }
    const arrived = receiver.at('/hooks').map(({ headers, body: sent }) => {
      const { payload } = verifyWebhook({ profile: 'standard', headers, body: sent, secrets: secret });
      return (payload.data as { message: { id: string } }).message.id;
    });
    expect(arrived.toSorted()).toEqual(ids);
    if (answer) acceptAnswersOfHost();
  } finally {
    await app.close();
  }
}

itForAll(HABITS)('A host with a common habit mounts the module, publishes and receives', async (habit) => {
  database = await createDatabase();
  await mountsPublishesReceives(habit, database.url).finally(() => database.drop());
});

const [onlyWithPgbouncer, note] = pgbouncer ? [it, ''] : [it.skip, ' (skipped: PgBouncer is not installed)'];
onlyWithPgbouncer(
  `A host behind PgBouncer in transaction mode publishes and receives, too${note}`,
  async () => {
    database = await createDatabase();
    const pooler = await startPgbouncer(database.url);
    const host = (url: string): DynamicModule => dataSource(url);
    await mountsPublishesReceives({ habit: 'pgbouncer', host }, pooler.url).finally(() => pooler.close());
    await database.drop();
  },
);

onlyWithPgbouncer(`A worker behind PgBouncer logs once that it cannot LISTEN, and polls${note}`, async () => {
  database = await createDatabase();
  const pooler = await startPgbouncer(database.url);
  const direct = await startApp([dataSource(database.url), WebhooksModule.forRoot({ ...shape, ...values })]);
  const log = new Log();
  const engine = await startWorker(pooler.url, { role: 'all', options: { worker: { idlePollMs: 50 } } }, log);
  try {
    receiver.clear();
    await engine.webhooks.endpoints.create('a', { url: receiver.url('/hooks'), events: ['*'] });
    // The worker behind the pooler is not notified.
    const publish = (id: string) => {
      const message = { id, direction: 'out', from: 'ACME', to: '+15550100' } as const;
      return direct
        .get(DataSource)
        .transaction((tx) =>
          direct
            .get(WebhooksService)
            .publish(tx, messageEvent('message.delivered', { tenantId: 'a', message })),
        );
    };
    await publish('m1');
    await receiver.arrived(1);
    await until('the warning', () => log.warnings.some((line) => line.includes('LISTEN')));
    expect(log.warnings.filter((line) => line.includes('poll'))).toEqual([
      expect.stringContaining('cannot LISTEN: a connection pooler is in between'),
    ]);
  } finally {
    await engine.close();
    await direct.close();
    await pooler.close();
  }
  await database.drop();
});
