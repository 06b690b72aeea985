import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TimeoutRegistry } from '../../libs/webhooks/src/engine/host-scheduler.js';
import { optInEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { dataSource, shape, startApp, values } from './support/app.js';

// The package cannot be loaded: a host may lack it, or may have it in a version for another major version of Nest.
jest.mock('@nestjs/schedule', () => {
  throw new SyntaxError("Unexpected token 'export'");
});

let first: TestDatabase;
let second: TestDatabase;

beforeAll(async () => {
  [first, second] = await Promise.all([createDatabase(), createDatabase()]);
});
afterAll(() => Promise.all([first.drop(), second.drop()]));

const webhooks = (name?: string): DynamicModule =>
  WebhooksModule.forRoot({ ...shape, ...values, role: 'worker', dataSource: name });

/** A registry like that of `@nestjs/schedule`. It records what was added, and what is left. */
@Injectable()
class SchedulerRegistry implements TimeoutRegistry {
  readonly added = new Set<string>();
  readonly timeouts = new Map<string, NodeJS.Timeout>();

  doesExist(_: 'timeout', name: string): boolean {
    return this.timeouts.has(name);
  }

  addTimeout(name: string, timeout: NodeJS.Timeout): void {
    if (this.timeouts.has(name)) throw new Error(`${name} exists`);
    this.timeouts.set(name, timeout);
    this.added.add(name);
  }

  deleteTimeout(name: string): void {
    this.timeouts.delete(name);
  }
}

@Module({ providers: [SchedulerRegistry] })
class SchedulerModule {}

it('The worker polls without @nestjs/schedule', async () => {
  const app = await startApp([dataSource(first.url), webhooks()]);
  const service = app.get<WebhooksService>(WebhooksService);
  const optIn = { type: 'keyword', from: '+15550100', to: '+15550101' };
  await app.get(DataSource).transaction((tx) => service.publish(tx, optInEvent({ tenantId: 'a', optIn })));
  while ((await service.stats()).unrelayed > 0) await new Promise((resolve) => setImmediate(resolve));
  await app.close();
});

it("A host's scheduler lists each worker's poll until the app closes", async () => {
  const app = await startApp([
    SchedulerModule,
    dataSource(first.url),
    dataSource(second.url, { name: 'other' }),
    webhooks(),
    webhooks('other'),
  ]);
  const registry = app.get(SchedulerRegistry);
  while (registry.added.size < 2) await new Promise((resolve) => setImmediate(resolve));
  await app.close();
  expect([...registry.added].toSorted()).toEqual(['webhooks:poll', 'webhooks:poll:2']);
  expect(registry.timeouts.size).toBe(0);
});
