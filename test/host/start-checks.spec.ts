import { DataSource } from 'typeorm';
import { createSession as createModuleDatabase } from '../../libs/webhooks/src/store/postgres/create-postgres-store.js';
import type { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { createMigratedDatabase } from '../support/migrated-database.js';
import { given, shape, startApp, values } from './support/app.js';

let database: TestDatabase;
let source: DataSource;

beforeEach(async () => {
  database = await createMigratedDatabase();
});
afterEach(async () => {
  await source.destroy();
  await database.drop();
});

const start = (role: 'all' | 'api' | 'worker', options: WebhooksModuleOptions = values) =>
  startApp([WebhooksModule.forRoot({ ...shape, ...options, role, dataSource: source })], { logger: false });

const setupError = (message: string | RegExp) => ({
  name: 'WebhooksSetupError',
  message: expect.stringMatching(message),
});

describe.each(['all', 'api', 'worker'] as const)('In the role %s, the start stops', (role) => {
  it('if the entities are not in the data source', async () => {
    source = await given(database.url, { entities: [], migrations: [] });
    await expect(start(role)).rejects.toMatchObject(
      setupError(/entities are not in the data source.*autoLoadEntities.*\.\.\.webhooksEntities/),
    );
  });

  it('if one of the tables is missing', async () => {
    source = await given(database.url);
    await source.query('drop table webhook_alerts');
    await expect(start(role)).rejects.toMatchObject(
      setupError(/"webhook_alerts", does not exist: .*\.\.\.webhooksMigrations.*run the migrations/),
    );
  });

  it('if the tables are those of an earlier version', async () => {
    source = await given(database.url);
    await source.query('alter table webhook_lanes drop column claimed_until');
    await expect(start(role)).rejects.toMatchObject(
      setupError(/"webhook_lanes", is of an earlier version.*claimed_until.*run the migrations/),
    );
  });

  it('if a live endpoint has a profile that the options do not have', async () => {
    source = await given(database.url);
    await source.query(
      `insert into webhook_endpoints (id, tenant_id, url, events, profile, secrets, skip_error_codes, state_at, created_at, updated_at)
       values (gen_random_uuid(), 'a', 'https://example.com/', '["*"]', 'acme', '[]', '[]', 1, 1, 1)`,
    );
    await expect(start(role)).rejects.toMatchObject(
      setupError(/not in the options: "acme" \(1 endpoints, 0 accounts\).*profiles/),
    );
    await source.query('update webhook_endpoints set deleted_at = 2');
    const app = await start(role);
    await app.close();
  });

  it('if there is no encryption key, even outside production', async () => {
    source = await given(database.url);
    await expect(start(role, { ...values, encryption: undefined })).rejects.toMatchObject(
      setupError(/no encryption key.*openssl rand.*allowPlaintextSecrets/),
    );
  });

  it('if the environment variable of the key is not set', async () => {
    source = await given(database.url);
    const encryption = { current: { id: 'k1', key: process.env.NOT_SET_ANYWHERE } };
    await expect(start(role, { ...values, encryption })).rejects.toMatchObject({
      name: 'InvalidOptionError',
      message: expect.stringMatching(/encryption\.current\.key.*perhaps its environment variable is not set/),
    });
  });
});

describe('A data source', () => {
  it('without the entities makes the migrations fail, and the error says what the command line needs', async () => {
    await database.drop();
    database = await createDatabase(); // without tables
    source = await given(database.url, { entities: [], migrationsRun: false });
    const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await expect(source.runMigrations()).rejects.toMatchObject(
      setupError(/entities are not in the data source.*\.\.\.webhooksEntities.*command line/),
    );
    said.mockRestore();
  });

  it('that is not connected causes an error that says so', async () => {
    source = await given(database.url);
    const closed = new DataSource({ type: 'postgres', url: database.url });
    const module = WebhooksModule.forRoot({ ...values, dataSource: closed });
    await expect(startApp([module], { logger: false })).rejects.toMatchObject(
      setupError(/is not connected: await dataSource\.initialize\(\)/),
    );
  });

  it.each(['mysql', 'mariadb', 'better-sqlite3', 'cockroachdb'])('of type %s is refused', async (type) => {
    source = await given(database.url);
    // The driver is not installed here. Only the type of the data source is read.
    const other = { options: { type }, isInitialized: true } as unknown as DataSource;
    expect(() => createModuleDatabase(other)).toThrow(
      expect.objectContaining(setupError(new RegExp(`PostgreSQL for now; this data source is "${type}"`))),
    );
  });

  it.each(['mysql', 'mariadb', 'better-sqlite3'])(
    'of type %s is not changed by the migrations',
    async (type) => {
      source = await given(database.url);
      const statements: string[] = [];
      // The driver is not installed here. The metadata is that of the real entities.
      const { driver } = source;
      const connection = {
        options: { type },
        driver,
        hasMetadata: () => true,
        getMetadata: source.getMetadata.bind(source),
      };
      const query = async (statement: string): Promise<void> => void statements.push(statement);
      const [Create] = webhooksMigrations;
      await expect(new Create!().up({ connection, query } as never)).rejects.toMatchObject(
        setupError(new RegExp(`PostgreSQL for now; this data source is "${type}". Nothing was created`)),
      );
      expect(statements).toEqual([]);
    },
  );
});
