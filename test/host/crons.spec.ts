import { type DynamicModule, Injectable, Module, Optional } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { webhooksEntities } from '../../libs/webhooks/src/store/schema/entities.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { dataSource, shape, startApp, values } from './support/app.js';

@Injectable()
class Jobs {
  ticks = { cron: 0, interval: 0, timeout: 0 };

  constructor(@Optional() readonly registry?: SchedulerRegistry) {}

  @Cron('* * * * * *')
  everySecond(): void {
    this.ticks.cron++;
  }

  @Interval('reports', 1000)
  often(): void {
    this.ticks.interval++;
  }

  @Timeout('warm-up', 500)
  once(): void {
    this.ticks.timeout++;
  }
}

@Module({ providers: [Jobs] })
class JobsModule {}

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
afterEach(() => {
  jest.useRealTimers();
});

const webhooks = (): DynamicModule => WebhooksModule.forRoot({ ...shape, ...values, role: 'all' });

/** Returns what the host's jobs do within three seconds, and what the host's scheduler then lists. */
async function threeSeconds(imports: DynamicModule[]) {
  // The scheduler uses fake timers. The connection to the database needs no timers.
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance'],
  });
  jest.setSystemTime(new Date('2026-01-01T00:00:00.500Z'));
  const app = await startApp([
    dataSource(database.url, { entities: [...webhooksEntities] }),
    ...imports,
    JobsModule,
  ]);
  for (let step = 0; step < 30; step++) await jest.advanceTimersByTimeAsync(100);
  const { ticks, registry } = app.get(Jobs);
  const known = registry && {
    crons: registry.getCronJobs().size,
    intervals: registry.getIntervals(),
    timeouts: registry.getTimeouts().filter((name) => !name.startsWith('webhooks:')),
  };
  await app.close();
  return { ticks, known };
}

describe("The host's jobs", () => {
  const once = {
    ticks: { cron: 3, interval: 3, timeout: 1 },
    known: { crons: 1, intervals: ['reports'], timeouts: ['warm-up'] },
  };

  it('run once each time they are due, without the module', async () => {
    expect(await threeSeconds([ScheduleModule.forRoot()])).toEqual(once);
  });

  it('run once each time they are due, with the module mounted after the scheduler', async () => {
    expect(await threeSeconds([ScheduleModule.forRoot(), webhooks()])).toEqual(once);
  });

  it('run once each time they are due, with the module mounted before the scheduler', async () => {
    expect(await threeSeconds([webhooks(), ScheduleModule.forRoot()])).toEqual(once);
  });

  it('do not run if the host has no scheduler', async () => {
    const idle = { ticks: { cron: 0, interval: 0, timeout: 0 }, known: undefined };
    expect(await threeSeconds([webhooks()])).toEqual(idle);
  });
});
