import {
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  Module,
  UnauthorizedException,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import type { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import type { WebhooksModuleStructure } from '../../libs/webhooks/src/config/structure-options.js';
import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import type { TestDatabase } from './database.js';
import { emptyTables } from './empty-tables.js';
import { createMigratedDatabase } from './migrated-database.js';
import { listen } from './listen.js';
import { StrictSubscriber } from './strict-subscriber.js';

/** Accounts of the host. The guard has them injected, so that the tests cover guards with dependencies. */
@Injectable()
class Accounts {
  /** The key `none` has no tenant, and the key `empty` has an empty tenant. */
  idOf(key: string): unknown {
    return key === 'none' ? undefined : key === 'empty' ? '' : key;
  }
}

@Injectable()
class KeyGuard implements CanActivate {
  constructor(private readonly accounts: Accounts) {}

  canActivate(context: ExecutionContext): boolean {
    const call = context.switchToHttp().getRequest<HostRequest>();
    const key = call.headers['x-key'];
    if (key === undefined) throw new UnauthorizedException();
    call.account = { id: this.accounts.idOf(key) as string };
    return true;
  }
}

@Module({ providers: [Accounts], exports: [Accounts] })
class AccountsModule {}

interface HostRequest {
  headers: Record<string, string | undefined>;
  account: { id: string };
}

/** A host that mounts the module, with real HTTP and a database of its own. */
export interface WebhooksHost {
  app: INestApplication;
  webhooks: WebhooksService;
  dataSource: DataSource;
  /** Calls to paths of the host, as the account of this key. */
  as(key: string): Calls;
  close(): Promise<void>;
}

/** HTTP calls of one account. */
export interface Calls {
  get(path: string): request.Test;
  post(path: string, body?: unknown): request.Test;
  put(path: string, body?: unknown): request.Test;
  patch(path: string, body?: unknown): request.Test;
  delete(path: string): request.Test;
}

export interface HostSettings {
  /** A kind of server, or an Express adapter that has middleware of its own. Default `express`. */
  adapter?: 'express' | 'fastify' | ExpressAdapter;
  /** Runs before the app listens: pipes, prefix, versioning. */
  configure?: (app: INestApplication) => void;
  options?: WebhooksModuleOptions & WebhooksModuleStructure;
  /** A database that is kept after `close()`. Default: a new database, which is dropped. */
  database?: TestDatabase;
  /** `false` for tests that cause errors or warnings. Default: logs errors and warnings. */
  logger?: false;
}

/** Starts a host. It delivers only when the test calls `webhooks.runOnce()`, unless `options.role` starts a worker. */
export async function startHost({
  adapter = 'express',
  configure,
  options = {},
  logger,
  database: given,
}: HostSettings = {}): Promise<WebhooksHost> {
  const database = given ?? (await createMigratedDatabase());
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: database.url,
        autoLoadEntities: true,
        migrations: [...webhooksMigrations],
        migrationsRun: true,
        subscribers: [StrictSubscriber],
      }),
      WebhooksModule.forRoot({
        guards: [KeyGuard],
        tenant: (call: HostRequest) => call.account.id,
        role: 'api',
        encryption: { current: { id: 'k1', key: 'ab'.repeat(32) } },
        ...options,
        network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'], ...options.network },
        imports: [AccountsModule, ...(options.imports ?? [])],
      }),
    ],
  })
    .compile()
    .catch(async (error: unknown) => {
      if (!given) await database.drop(); // which also ends the connections of the refused start
      throw error;
    });
  const app = module.createNestApplication<INestApplication>(
    adapter === 'express' ? new ExpressAdapter() : adapter === 'fastify' ? await fastify() : adapter,
    { logger: logger ?? ['error', 'warn'] },
  );
  configure?.(app);
  const close = async (): Promise<void> => {
    await app.close();
    if (!given) await database.drop();
  };
  try {
    await listen(app);
  } catch (error) {
    await close();
    throw error;
  }
  const server = app.getHttpServer();
  return {
    app,
    webhooks: app.get(WebhooksService),
    dataSource: app.get(DataSource),
    as: (key) => ({
      get: (path) => request(server).get(path).set('x-key', key),
      post: (path, body) =>
        request(server)
          .post(path)
          .set('x-key', key)
          .send(body as object),
      put: (path, body) =>
        request(server)
          .put(path)
          .set('x-key', key)
          .send(body as object),
      patch: (path, body) =>
        request(server)
          .patch(path)
          .set('x-key', key)
          .send(body as object),
      delete: (path) => request(server).delete(path).set('x-key', key),
    }),
    close,
  };
}

/** Empties the module's tables, between tests that share a host. The host's clock stays where it is. */
export function emptyHost({ app, dataSource }: WebhooksHost): Promise<void> {
  const { tables } = app.get(Session, { strict: false });
  return emptyTables((sql, parameters) => dataSource.query(sql, parameters), Object.values(tables));
}

/** Fastify is loaded only when it is used, because it consists of a hundred modules. */
async function fastify() {
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return new FastifyAdapter();
}
