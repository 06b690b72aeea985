import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { advanceClock } from '../../support/clock.js';
import { Session } from '../../../libs/webhooks/src/store/postgres/connection/session.js';
import { webhooksMigrations } from '../../../libs/webhooks/src/store/schema/migrations/index.js';
import { Maintenance } from '../../../libs/webhooks/src/engine/maintenance/maintenance.js';
import { WEBHOOKS_OPTIONS, type WebhooksModuleOptions } from '../../../libs/webhooks/src/config/options.js';
import { resolveSettings } from '../../../libs/webhooks/src/config/resolve-settings.js';
import { type Settings, SETTINGS } from '../../../libs/webhooks/src/config/settings.js';
import { WebhooksModule } from '../../../libs/webhooks/src/webhooks.module.js';
import type { WebhookEventInput } from '../../../libs/webhooks/src/events/event.js';
import { WebhooksService } from '../../../libs/webhooks/src/webhooks.service.js';
import { dangerousProfile } from './dangerous-profile.js';
import { serve } from '../../support/processes/serve.js';

export interface HostConfig {
  databaseUrl: string;
  role: 'all' | 'api' | 'worker';
  options: Omit<WebhooksModuleOptions, 'profiles'>;
  /** Length of a lease (ms). May be less than the options allow, because the endpoints of the suite have short timeouts. */
  leaseMs?: number;
  /** How long ended deliveries are kept (ms). May be less than the options allow. */
  retentionMs?: number;
  /** Added to the database's clock (ms). */
  clockOffset: number;
  pool: number;
  /** Sends reads to a replica, which is the same server. */
  replicated?: boolean;
  /** Settings of the pool's connections, for `pg`. */
  connection?: Record<string, unknown>;
  /** How long (ms) a connection to the database may be silent before it is given up. */
  silenceMs?: number;
  /** Listens for SIGTERM, as a host with shutdown hooks does. */
  shutdownHooks?: boolean;
}

/** Events that a host publishes, each with a row of the host's table in the same transaction. */
export interface Batch {
  tenantId: string;
  /** Ids of the host's rows, and subjects of the events. */
  subjects: string[];
  type?: string;
  callbackUrl?: string;
  /** More data of each event. */
  text?: string;
  /** Each event's subject is its idempotency key too, so that a repeated call publishes nothing new. */
  keyed?: boolean;
  /** `all`: the whole transaction is rolled back. `savepoint`: only this batch is rolled back; the transaction commits. */
  rollback?: 'all' | 'savepoint';
}

let app: INestApplicationContext;

async function start(config: HostConfig): Promise<void> {
  const { databaseUrl, role, options, clockOffset, pool, connection } = config;
  const shorten = (given: WebhooksModuleOptions): Settings => {
    const settings = resolveSettings(given);
    const { leaseMs = settings.leaseMs, retentionMs = settings.retentionMs } = config;
    return { ...settings, leaseMs, retentionMs };
  };
  const module = Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        ...(config.replicated
          ? { replication: { master: { url: databaseUrl }, slaves: [{ url: databaseUrl }] } }
          : { url: databaseUrl }),
        autoLoadEntities: true,
        migrations: [...webhooksMigrations],
        poolSize: pool,
        extra: connection,
        retryAttempts: 0,
      }),
      WebhooksModule.forRoot({
        role,
        encryption: { current: { id: 'k1', key: 'ab'.repeat(32) } },
        network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
        profiles: [dangerousProfile],
        // The events have types that no catalogue has, and carry only the data that the tests read.
        allowUnknownEventTypes: true,
        checkEventData: false,
        ...options,
      }),
    ],
  })
    .overrideProvider(SETTINGS)
    .useFactory({ factory: shorten, inject: [WEBHOOKS_OPTIONS] });
  const compiled = await module.compile();
  compiled.useLogger(['error', 'warn', 'log']);
  advanceClock(compiled, clockOffset);
  if (config.silenceMs) compiled.get(Session).timeoutMs = config.silenceMs;
  if (config.shutdownHooks) compiled.enableShutdownHooks();
  app = await compiled.init();
}

/** Writes rows of the host and their events in one transaction. */
async function publish({
  tenantId,
  subjects,
  type = 'fault.tested',
  callbackUrl,
  text,
  keyed,
  rollback,
}: Batch): Promise<string[]> {
  const webhooks = app.get(WebhooksService);
  const write = async (tx: EntityManager): Promise<string[]> => {
    await tx.query('insert into host_messages (id) select unnest($1::text[]) on conflict do nothing', [
      subjects,
    ]);
    const published = await webhooks.publish(
      tx,
      subjects.map(
        (subject) =>
          ({
            tenantId,
            type,
            subject,
            callbackUrl,
            idempotencyKey: keyed ? subject : undefined,
            data: { subject, text },
          }) as unknown as WebhookEventInput,
      ),
    );
    return published.map(({ id }) => id);
  };
  let ids: string[] = [];
  await app
    .get(DataSource)
    .transaction(async (tx) => {
      if (rollback === 'savepoint') await tx.transaction(async (inner) => undo(inner, write)).catch(ifUndone);
      else ids = await write(tx);
      if (rollback === 'all') throw new Undone();
    })
    .catch(ifUndone);
  return ids;
}

class Undone extends Error {}

async function undo(tx: EntityManager, write: (tx: EntityManager) => Promise<unknown>): Promise<void> {
  await write(tx);
  throw new Undone();
}

function ifUndone(error: unknown): void {
  if (!(error instanceof Undone)) throw error;
}

/** Publishes one event after the other. Returns how long (ms) each transaction took, sorted. */
async function load(tenantId: string, subjects: string[], pauseMs = 0): Promise<number[]> {
  const took: number[] = [];
  for (const subject of subjects) {
    const begun = performance.now();
    await publish({ tenantId, subjects: [subject] });
    took.push(performance.now() - begun);
    if (pauseMs > 0) await delay(pauseMs);
  }
  return took.toSorted((a, b) => a - b);
}

serve({
  start,
  publish,
  load,
  /** Calls a method of `WebhooksService`, or of one of its parts: `call('endpoints', 'create', …)`. */
  async call(part: string | null, method: string, ...args: unknown[]): Promise<unknown> {
    const service = app.get(WebhooksService) as unknown as Record<string, Record<string, unknown>>;
    const owner = part === null ? service : service[part]!;
    return (owner[method] as (...args: unknown[]) => unknown)(...args);
  },
  /** Runs a statement of the host on its pool. */
  query: (sql: string, parameters?: unknown[]): Promise<unknown> =>
    app.get(DataSource).query(sql, parameters),
  /** Runs a statement of the host on the pool of its replica. */
  async queryReplica(sql: string): Promise<unknown> {
    const runner = app.get(DataSource).createQueryRunner('slave');
    try {
      return await runner.query(sql);
    } finally {
      await runner.release();
    }
  },
  shiftClock(ms: number): void {
    advanceClock(app, ms);
  },
  /** Runs one round of maintenance, which includes retention. */
  keepHouse: (): Promise<void> => app.get(Maintenance, { strict: false }).runRound(),
  /** The memory (bytes) that this process holds. */
  memory: (): number => process.memoryUsage.rss(),
  async migrate(direction: 'up' | 'down'): Promise<void> {
    const dataSource = app.get(DataSource);
    if (direction === 'up') await dataSource.runMigrations();
    else for (let i = 0; i < webhooksMigrations.length; i++) await dataSource.undoLastMigration();
  },
  stop: (): Promise<void> => app.close(),
});
