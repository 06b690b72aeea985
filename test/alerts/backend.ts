import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { AlertChannel, WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { AlertSender } from '../../libs/webhooks/src/alerts/alert-sender.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import { advanceClock } from '../support/clock.js';
import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { type Store, STORE } from '../../libs/webhooks/src/store/store.js';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import { DestinationReader } from '../../libs/webhooks/src/engine/destinations/destination-reader.js';
import { Maintenance } from '../../libs/webhooks/src/engine/maintenance/maintenance.js';
import type { RegisterEndpoint } from '../../libs/webhooks/src/endpoints/register-endpoint.dto.js';
import type { WebhookMessage } from '../../libs/webhooks/src/events/message.js';
import type { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import type { TestDatabase } from '../support/database.js';
import { createMigratedDatabase } from '../support/migrated-database.js';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Text that no alert may contain. {@link Backend.publish} puts it into messages. */
export const PRIVATE = { from: '+256700000001', to: '+256701521269', body: 'your code is 4711' };

/** An SMS backend whose clock the test moves, and the alerts that its channels got. */
export interface Backend {
  webhooks: WebhooksService;
  database: Session;
  store: Store;
  dataSource: DataSource;
  sender: AlertSender;
  maintenance: Maintenance;
  targets: DestinationReader;
  /** The alerts that the `callbackChannel` got. */
  heard: WebhookAlert[];
  register(tenantId: string, fields: RegisterEndpoint): Promise<string>;
  /** Publishes one event for each of `subjects`, which are the ids of messages. */
  publish(tenantId: string, subjects: readonly string[], more?: Partial<PublishedMessage>): Promise<void>;
  /** Moves the clock forward and does everything that is then due. */
  pass(ms: number): Promise<void>;
  rows<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export interface PublishedMessage {
  message: Partial<WebhookMessage>;
  callbackUrl: string;
}

export interface BackendSettings {
  /** Channels besides the `callbackChannel`. */
  channels?: AlertChannel[];
  options?: WebhooksModuleOptions;
  /** Default `api`: nothing happens except through {@link Backend.pass}. */
  role?: 'all' | 'api';
  /** A database that is kept after `close()`. Default: a new database, which `close()` drops. */
  database?: TestDatabase;
}

export async function startBackend({
  channels = [],
  options = {},
  role = 'api',
  database: given,
}: BackendSettings = {}): Promise<Backend> {
  const own = given ?? (await createMigratedDatabase());
  const heard: WebhookAlert[] = [];
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: own.url,
        autoLoadEntities: true,
        migrations: [...webhooksMigrations],
        migrationsRun: true,
      }),
      WebhooksModule.forRoot({
        role,
        encryption: { current: { id: 'k1', key: 'ab'.repeat(32) } },
        ...options,
        network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'], ...options.network },
        alerts: { ...options.alerts, channels: [callbackChannel((alert) => heard.push(alert)), ...channels] },
      }),
    ],
  })
    .setLogger(false as never)
    .compile();
  await module.init();
  const dataSource = module.get(DataSource);
  const webhooks = module.get<WebhooksService>(WebhooksService);
  const database = module.get(Session, { strict: false });
  return {
    webhooks,
    database,
    store: module.get<Store>(STORE, { strict: false }),
    dataSource,
    sender: module.get(AlertSender, { strict: false }),
    maintenance: module.get(Maintenance, { strict: false }),
    targets: module.get(DestinationReader, { strict: false }),
    heard,
    async register(tenantId, fields) {
      return (await webhooks.endpoints.create(tenantId, fields)).id;
    },
    async publish(tenantId, subjects, { message, callbackUrl } = {}) {
      const events = subjects.map((id) => ({
        type: 'message.delivered' as const,
        tenantId,
        subject: id,
        callbackUrl,
        data: { message: { id, direction: 'out' as const, ...PRIVATE, ...message } },
      }));
      await dataSource.transaction((tx) => webhooks.publish(tx, events));
    },
    async pass(ms) {
      advanceClock(module, ms);
      await webhooks.runOnce();
    },
    rows: (sql, parameters) => database.query(sql, parameters),
    async close() {
      await module.close();
      if (!given) await own.drop();
    },
  };
}

/** Returns `count` names that no other call returns. */
export function names(count: number): string[] {
  return Array.from({ length: count }, () => `msg_${++named}`);
}

let named = 0;
