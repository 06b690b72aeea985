import {
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  type LoggerService,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import request from 'supertest';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { webhooksMigrations } from '../../../libs/webhooks/src/store/schema/migrations/index.js';
import { webhooksEntities } from '../../../libs/webhooks/src/store/schema/entities.js';
import type { WebhooksModuleOptions } from '../../../libs/webhooks/src/config/options.js';
import type { WebhooksModuleStructure } from '../../../libs/webhooks/src/config/structure-options.js';
import { listen } from '../../support/listen.js';

/** Values of the options for every host here: a key, and permission to send to this machine. */
export const values: WebhooksModuleOptions = {
  encryption: { current: { id: 'k1', key: 'ab'.repeat(32) } },
  network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
};

/** A request to this host. Its `x-account` header names the account. */
export interface AccountRequest {
  headers: Record<string, string | undefined>;
}

export const tenant = (call: AccountRequest): string => call.headers['x-account']!;

/** Lets in whoever names an account. */
@Injectable()
export class AccountGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<AccountRequest>().headers['x-account'] !== undefined;
  }
}

/** Structure options of most hosts here. With these options, a host delivers only by `runOnce()`. */
export const shape: WebhooksModuleStructure = { guards: [AccountGuard], tenant, role: 'api' };

/** The host's own data source on the database at `url`, migrated at start. */
export function dataSource(url: string, options: Partial<TypeOrmModuleOptions> = {}): DynamicModule {
  return TypeOrmModule.forRoot({
    type: 'postgres',
    url,
    autoLoadEntities: true,
    migrations: [...webhooksMigrations],
    migrationsRun: true,
    ...options,
  } as TypeOrmModuleOptions);
}

/** A migrated and connected data source that is not a provider of Nest. */
export function given(url: string, options: Partial<DataSourceOptions> = {}): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [...webhooksEntities],
    migrations: [...webhooksMigrations],
    migrationsRun: true,
    ...options,
  } as DataSourceOptions).initialize();
}

export interface AppSettings {
  adapter?: 'express' | 'fastify';
  /** Runs before the app starts. */
  configure?: (app: INestApplication) => void;
  /** By default, the app logs errors and warnings. */
  logger?: LoggerService | false;
}

/** Starts a host with these modules. Closes it if the start fails. */
export async function startApp(
  imports: (DynamicModule | Type<object>)[],
  { adapter = 'express', configure, logger }: AppSettings = {},
): Promise<INestApplication> {
  const builder = Test.createTestingModule({ imports });
  if (logger === false) builder.setLogger(new Silence());
  const module = await builder.compile();
  const app = module.createNestApplication<INestApplication>(
    adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(),
    { logger: logger ?? ['error', 'warn'] },
  );
  configure?.(app);
  try {
    await listen(app);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Calls to paths of the app, as this account. */
export function as(app: INestApplication, account: string) {
  const server = app.getHttpServer();
  return {
    get: (path: string) => request(server).get(path).set('x-account', account),
    patch: (path: string, body: object) => request(server).patch(path).set('x-account', account).send(body),
    post: (path: string, body: object = {}) =>
      request(server).post(path).set('x-account', account).send(body),
  };
}

class Silence implements LoggerService {
  log(): void {}
  error(): void {}
  warn(): void {}
}
