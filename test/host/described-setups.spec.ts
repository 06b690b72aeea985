import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  type INestApplication,
  Injectable,
} from '@nestjs/common';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { webhooksEntities } from '../../libs/webhooks/src/store/schema/entities.js';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, dataSource, shape, startApp, values } from './support/app.js';

interface AccountCall {
  headers: Record<string, string | undefined>;
  params: { accountId: string };
}

/** Lets the caller in if the account in the path is the caller's. */
@Injectable()
class OwnAccountGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers, params } = context.switchToHttp().getRequest<AccountCall>();
    if (headers['x-account'] !== params.accountId) throw new ForbiddenException();
    return true;
  }
}

const registration = { url: 'https://example.com/hooks', events: ['*'] };

// These tests check what docs/setup.md says.
describe('A host as the guide describes it', () => {
  let database: TestDatabase;
  let app: INestApplication;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it.each(['express', 'fastify'] as const)(
    'may have the account in the path: `tenant` returns this account, and the guard checks it (%s)',
    async (adapter) => {
      const webhooks = WebhooksModule.forRoot({
        ...values,
        role: 'api',
        path: 'accounts/:accountId/webhooks',
        guards: [OwnAccountGuard],
        tenant: (call: AccountCall) => call.params.accountId,
      });
      app = await startApp([dataSource(database.url), webhooks], { adapter });
      const { body } = await as(app, 'a').post('/accounts/a/webhooks', registration).expect(201);
      await as(app, 'a').get(`/accounts/a/webhooks/${body.id}`).expect(200);
      await as(app, 'a').get('/accounts/b/webhooks').expect(403);
      await as(app, 'b').get(`/accounts/b/webhooks/${body.id}`).expect(404);
      await request(app.getHttpServer()).get('/accounts/a/webhooks').expect(403);
    },
  );

  it('may run the migrations in order with its own runner, and pass its own data source', async () => {
    const own = await new DataSource({
      type: 'postgres',
      url: database.url,
      entities: [...webhooksEntities],
    }).initialize();
    for (const Migration of webhooksMigrations)
      await own.transaction((tx) => new Migration().up(tx.queryRunner!));
    app = await startApp([WebhooksModule.forRoot({ ...values, ...shape, dataSource: own })]);
    await as(app, 'a').post('/webhooks', registration).expect(201);
    await app.close();
    expect(own.isInitialized).toBe(true);
    await own.destroy();
  });
});
