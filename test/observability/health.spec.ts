import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { WebhooksHealthIndicator } from 'nestjs-sms-webhooks/terminus';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { delivered, useEngine } from '../engine/support/engine.js';
import { answer } from '../engine/support/receiver.js';
import { LOOPBACK } from '../engine/support/worker.js';
import { startApp } from '../host/support/app.js';
import { advanceClock } from '../support/clock.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { createMigratedDatabase } from '../support/migrated-database.js';

const MINUTE_MS = 60_000;

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly webhooks: WebhooksHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([
      () =>
        this.webhooks.isHealthy('webhooks', { degradedAfterMs: 2 * MINUTE_MS, downAfterMs: 10 * MINUTE_MS }),
    ]);
  }
}

@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [WebhooksHealthIndicator],
})
class HealthModule {}

/** A host with Terminus. Without `migrated`, its data source does not know the module's migrations. */
async function startHost({ url }: TestDatabase, migrated = true): Promise<INestApplication> {
  return startApp(
    [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url,
        autoLoadEntities: true,
        migrations: migrated ? [...webhooksMigrations] : [],
        migrationsRun: migrated,
      }),
      WebhooksModule.forRoot({ ...LOOPBACK, role: 'api', isGlobal: true }),
      HealthModule,
    ],
    { logger: false },
  );
}

const check = (app: INestApplication): request.Test => request(app.getHttpServer()).get('/health');

describe('The health indicator of Terminus', () => {
  let database: TestDatabase;
  let app: INestApplication;
  beforeAll(async () => {
    database = await createMigratedDatabase();
    app = await startHost(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('is up, then degraded and down as the backlog gets older, and up again', async () => {
    const webhooks = app.get(WebhooksService, { strict: false });
    const up = await check(app);
    expect([up.status, up.body.details]).toEqual([
      200,
      { webhooks: { status: 'up', waitMs: 0, pollAgeMs: null } },
    ]);

    await app
      .get(DataSource, { strict: false })
      .transaction((tx) => webhooks.publish(tx, delivered('a', 'm1')));
    advanceClock(app, 3 * MINUTE_MS);
    const degraded = await check(app);
    expect(degraded.status).toBe(200);
    expect(degraded.body).toMatchObject({
      status: 'degraded',
      details: { webhooks: { status: 'degraded', problems: [{ kind: 'backlog' }] } },
    });
    advanceClock(app, 8 * MINUTE_MS);
    const down = await check(app);
    expect(down.status).toBe(503);
    expect(down.body.error.webhooks).toMatchObject({ status: 'down', problems: [{ kind: 'backlog' }] });

    await webhooks.runOnce();
    expect((await check(app)).body.status).toBe('ok');
  });

  it('is up with `degraded: true` in Terminus 11, which has no status "degraded"', async () => {
    const webhooks = app.get(WebhooksService, { strict: false });
    await app
      .get(DataSource, { strict: false })
      .transaction((tx) => webhooks.publish(tx, delivered('a', 'm2')));
    advanceClock(app, 6 * MINUTE_MS);
    // A service like that of Terminus 11: an indicator is only up or down.
    const terminus11 = {
      check: (key: string) => ({
        up: (data: object) => ({ [key]: { status: 'up', ...data } }),
        down: (data: object) => ({ [key]: { status: 'down', ...data } }),
      }),
    } as unknown as HealthIndicatorService;
    const indicator = new WebhooksHealthIndicator(terminus11, webhooks);
    expect(await indicator.isHealthy('webhooks')).toMatchObject({
      webhooks: { status: 'up', degraded: true, problems: [{ kind: 'backlog' }] },
    });
    expect(await indicator.isHealthy('webhooks', { downAfterMs: MINUTE_MS })).toMatchObject({
      webhooks: { status: 'down' },
    });
    await webhooks.runOnce();
  });

  it('is down while the tables are missing', async () => {
    const empty = await createDatabase();
    const unmigrated = await startHost(empty, false);
    const { status, body } = await check(unmigrated);
    await unmigrated.close();
    await empty.drop();
    expect(status).toBe(503);
    expect(body.error.webhooks.problems).toMatchObject([{ kind: 'not-ready' }]);
  });

  it('is down if the database does not respond in time, or is gone', async () => {
    const own = await createMigratedDatabase();
    const host = await startHost(own);
    const webhooks = host.get(WebhooksService, { strict: false });
    const dataSource = host.get(DataSource, { strict: false });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('lock table webhook_lanes in access exclusive mode');
    const late = await webhooks.healthReport({ timeoutMs: 50 });
    await runner.rollbackTransaction();
    await runner.release();
    expect(late).toMatchObject({
      status: 'down',
      problems: [{ kind: 'database', message: expect.stringContaining('within 50 ms') }],
      waitMs: null,
    });
    await dataSource.destroy();
    expect(await webhooks.healthReport()).toMatchObject({ status: 'down', problems: [{ kind: 'database' }] });
    await dataSource.initialize();
    await host.close();
    await own.drop();
  });
});

describe('The health of a host', () => {
  const engine = useEngine();
  const report = () => engine().webhooks.healthReport();

  it('is not affected by customers’ endpoints that fail, are limited or are paused', async () => {
    engine().receiver.on('/failing', answer(500));
    await engine().endpoint('failing', '/failing');
    const { id } = await engine().endpoint('paused', '/paused');
    await engine().webhooks.endpoints.pause('paused', id);
    await engine().endpoint('limited', '/limited', { maxThroughputPerMinute: 1 });
    for (const tenant of ['failing', 'paused', 'limited'])
      await engine().publish(...Array.from({ length: 20 }, (_, i) => delivered(tenant, `m${i}`)));
    for (let i = 0; i < 10; i++, engine().advance(10 * MINUTE_MS)) await engine().runOnce();
    await engine().runOnce();
    const { data } = await engine().webhooks.operator.failing();
    expect(data).toHaveLength(1);
    expect(await report()).toEqual({
      status: 'up',
      problems: [],
      waitMs: expect.any(Number),
      pollAgeMs: null,
    });
  });
});

describe('The health of a worker', () => {
  const engine = useEngine({ role: 'worker', options: { worker: { idlePollMs: 20 } } });
  const report = () => engine().webhooks.healthReport({ stalledAfterMs: 30_000, timeoutMs: 30_000 });

  it('is down while the worker does not poll, and up when it polls again', async () => {
    expect(await report()).toMatchObject({ status: 'up', pollAgeMs: expect.any(Number) });

    // A step that waits for a lock makes no progress, like one that waits for a dead connection.
    const blocker = engine().first.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query(`lock table ${engine().first.database.tables.leases} in access exclusive mode`);
    const isWaiting = async (): Promise<boolean> => {
      const rows = await blocker.query(
        'select from pg_locks l join pg_database d on d.oid = l.database where d.datname = current_database() and not granted',
      );
      return (rows as unknown[]).length > 0;
    };
    while (!(await isWaiting()));
    engine().advance(60_000);
    const stalled = report();
    await blocker.rollbackTransaction();
    await blocker.release();
    expect(await stalled).toMatchObject({
      status: 'down',
      problems: [{ kind: 'worker-stalled', message: expect.stringContaining('has not polled the database') }],
    });
    while ((await report()).status !== 'up');
  });
});
