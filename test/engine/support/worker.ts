import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type MigrationInterface } from 'typeorm';
import { Session } from '../../../libs/webhooks/src/store/postgres/connection/session.js';
import { webhooksMigrations } from '../../../libs/webhooks/src/store/schema/migrations/index.js';
import { Maintenance } from '../../../libs/webhooks/src/engine/maintenance/maintenance.js';
import type { WebhooksModuleOptions } from '../../../libs/webhooks/src/config/options.js';
import type { WebhooksModuleStructure } from '../../../libs/webhooks/src/config/structure-options.js';
import { WebhooksModule } from '../../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../../libs/webhooks/src/webhooks.service.js';
import { StrictSubscriber } from '../../support/strict-subscriber.js';
import type { Log } from './log.js';
import { StatementLog } from './statement-log.js';

/** Stands for one process of the host: a Nest application context with a pool of its own. */
export interface Worker {
  module: TestingModule;
  webhooks: WebhooksService;
  dataSource: DataSource;
  database: Session;
  maintenance: Maintenance;
  statements: StatementLog;
  close(): Promise<void>;
}

export interface WorkerSettings {
  /** `api`, the default: delivers only by `runOnce()`. */
  role?: WebhooksModuleStructure['role'];
  options?: WebhooksModuleOptions;
  /** Connections of the worker's pool. Default: 10. */
  pool?: number;
  /** Modules of the host. Default: none. */
  imports?: ModuleMetadata['imports'];
  /** Migrations of the host. Default: none. */
  migrations?: (new () => MigrationInterface)[];
}

/** Options that allow receivers on loopback. */
export const LOOPBACK: WebhooksModuleOptions = {
  encryption: { current: { id: 'k1', key: 'ab'.repeat(32) } },
  network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
};

export async function startWorker(
  url: string,
  { role = 'api', options = {}, pool = 10, imports = [], migrations = [] }: WorkerSettings,
  log: Log,
): Promise<Worker> {
  const statements = new StatementLog();
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url,
        poolSize: pool,
        autoLoadEntities: true,
        migrations: [...webhooksMigrations, ...migrations],
        migrationsRun: true,
        logging: true,
        subscribers: [StrictSubscriber],
        logger: statements,
      }),
      WebhooksModule.forRoot({
        ...LOOPBACK,
        ...options,
        network: { ...LOOPBACK.network, ...options.network },
        role,
      }),
      ...imports,
    ],
  }).compile();
  module.useLogger(log);
  await module.init();
  let closed: Promise<void> | null = null;
  return {
    module,
    webhooks: module.get(WebhooksService),
    dataSource: module.get(DataSource),
    database: module.get(Session, { strict: false }),
    maintenance: module.get(Maintenance, { strict: false }),
    statements,
    close: () => (closed ??= module.close()),
  };
}
