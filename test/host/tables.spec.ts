import type { EventEmitter } from 'node:events';
import {
  DataSource,
  DefaultNamingStrategy,
  type DataSourceOptions,
  type MigrationInterface,
  type NamingStrategyInterface,
  type QueryRunner,
} from 'typeorm';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import { removeWebhooks } from '../../libs/webhooks/src/store/schema/migrations/remove-webhooks.js';
import { webhooksEntitiesWith } from '../../libs/webhooks/src/store/schema/entities.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, dataSource, given as migratedSource, shape, startApp, values } from './support/app.js';
import { journey } from './support/journey.js';

const snake = (text: string): string => text.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** As in `typeorm-naming-strategies`: declared names are kept. */
class SnakeNaming extends DefaultNamingStrategy implements NamingStrategyInterface {
  override tableName(className: string, given?: string): string {
    return given ?? snake(className);
  }
  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    return snake([...prefixes, ''].join('_')) + (given ?? snake(property));
  }
}

/** Generates a name if none is declared. */
class HashNaming extends DefaultNamingStrategy implements NamingStrategyInterface {
  override tableName(className: string, given?: string): string {
    return given ?? `T_${className.toUpperCase()}`;
  }
  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    return given ?? `C_${[...prefixes, property].join('$').toUpperCase()}`;
  }
  override indexName(): string {
    return 'ONE_NAME_FOR_ALL';
  }
  override primaryKeyName(): string {
    return 'ONE_NAME_FOR_ALL';
  }
}

/** Renames even declared names. */
class UpperCase extends DefaultNamingStrategy implements NamingStrategyInterface {
  override tableName(className: string, given?: string): string {
    return (given ?? className).toUpperCase();
  }
  override columnName(property: string, given: string | undefined): string {
    return (given ?? property).toUpperCase();
  }
}

const NAMES = [
  'webhook_accounts',
  'webhook_alerts',
  'webhook_attempts',
  'webhook_changes',
  'webhook_deliveries',
  'webhook_endpoint_hours',
  'webhook_endpoints',
  'webhook_events',
  'webhook_idempotency_keys',
  'webhook_jobs',
  'webhook_lanes',
  'webhook_leases',
  'webhook_pauses',
  'webhook_unrelayed',
];
const prefixed = (prefix: string) => NAMES.map((name) => `${prefix}${name}`);

const hostMigration = (table: string) =>
  class implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`create table ${table} (id int)`);
    }
    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`drop table ${table}`);
    }
  };
class HostFirst1700000000000 extends hostMigration('host_first') {}
class HostLast1900000000000 extends hostMigration('host_last') {}

interface Place {
  options?: Partial<DataSourceOptions>;
  tablePrefix?: string;
  schema?: string;
  tables: string[];
}

const PLACES: [name: string, place: Place][] = [
  ['with their default names', { tables: NAMES }],
  ['in a schema of the host', { options: { schema: 'sms backend' }, schema: 'sms backend', tables: NAMES }],
  ["with the host's entityPrefix", { options: { entityPrefix: 'Acme_' }, tables: prefixed('Acme_') }],
  ['with a tablePrefix', { tablePrefix: 'sms_', tables: prefixed('sms_') }],
  [
    'with a schema, an entityPrefix and a tablePrefix',
    {
      options: { schema: 'backend', entityPrefix: 'acme_' },
      tablePrefix: 'sms_',
      schema: 'backend',
      tables: prefixed('acme_sms_'),
    },
  ],
  ['with a naming strategy of snake case', { options: { namingStrategy: new SnakeNaming() }, tables: NAMES }],
  [
    'with a naming strategy that invents names',
    { options: { namingStrategy: new HashNaming() }, tables: NAMES },
  ],
];

let database: TestDatabase;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(async () => {
  database = await createDatabase();
  receiver.received.length = 0;
  receiver.answer(200);
});
afterEach(() => database.drop());

/** A data source on the test's database for this place. Runs no migrations by itself. */
async function connect(place: Place, options: Partial<DataSourceOptions> = {}): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url: database.url,
    entities: webhooksEntitiesWith(place.tablePrefix ?? ''),
    migrations: [...webhooksMigrations],
    ...place.options,
    ...options,
  } as DataSourceOptions);
  await source.initialize();
  await source.query(`create schema if not exists "${place.schema ?? 'public'}"`);
  return source;
}

const tablesIn = async (source: DataSource, schema = 'public'): Promise<string[]> =>
  (
    await source.query<{ name: string }[]>(
      `select table_name as name from information_schema.tables
        where table_schema = $1 and table_name not in ('migrations', 'typeorm_metadata') order by 1`,
      [schema],
    )
  ).map(({ name }) => name);

const drift = async (source: DataSource): Promise<string[]> =>
  (await source.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);

describe('The tables work', () => {
  it.each(PLACES)(
    '%s, from the registration of an endpoint to the deletion of its tenant',
    async (_, place) => {
      const source = await connect(place);
      const { tablePrefix } = place;
      // With autoLoadEntities, @nestjs/typeorm would give each of these apps the entities of all prefixes in this process.
      const entities = webhooksEntitiesWith(tablePrefix ?? '');
      const app = await startApp([
        dataSource(database.url, { autoLoadEntities: false, entities, ...place.options } as object),
        WebhooksModule.forRoot({ ...shape, ...values, tablePrefix }),
      ]);
      expect((await tablesIn(source, place.schema)).toSorted()).toEqual(place.tables.toSorted());
      await journey(app, app.get<WebhooksService>(WebhooksService), app.get(DataSource), receiver);
      await app.close();
      await source.destroy();
    },
  );
});

it('The module reads and writes only the primary, so a replica that gets no changes has no effect', async () => {
  const replica = await createDatabase();
  const still = await connect({ tables: NAMES, options: { url: replica.url } });
  await still.runMigrations();
  const replication = { master: { url: database.url }, slaves: [{ url: replica.url }] };
  const app = await startApp([
    dataSource(database.url, { replication, entities: webhooksEntitiesWith(''), autoLoadEntities: false }),
    WebhooksModule.forRoot({ ...shape, ...values, compat: ['mobile-text-alerts', 'httpsms'] }),
  ]);
  const source = app.get(DataSource);
  let replicaReads = 0;
  (source.driver as unknown as { slaves: EventEmitter[] }).slaves[0]!.on('acquire', () => replicaReads++);

  const api = as(app, 'a');
  await api.patch('/webhooks/account', { defaultProfile: 'opensms' }).expect(200);
  const { body } = await api.post('/webhooks', { url: receiver.url, events: ['*'] }).expect(201);
  expect((await api.get(`/webhooks/${body.id}`).expect(200)).body.profile).toBe('opensms');
  const textAlerts = { url: receiver.url, event: 'delivery-status', secret: 'abc' };
  const { body: compat } = await api.post('/v3/webhooks', textAlerts).expect(200);
  await api.patch(`/v3/webhooks/${compat.data.id}`, { skipErrors: true }).expect(200);
  const webhooks = app.get<WebhooksService>(WebhooksService);
  await webhooks.operator.deleteTenant('a');
  await journey(app, webhooks, source, receiver);

  expect(replicaReads).toBe(0);
  expect(await still.query('select count(*)::int as rows from webhook_events')).toEqual([{ rows: 0 }]);
  expect(await source.query('select 1 as one')).toEqual([{ one: 1 }]);
  await app.close();
  await still.destroy();
  await replica.drop();
});

it('Two apps can migrate one schema, each with a tablePrefix and a migrations table of its own', async () => {
  const place = (name: string): Place => ({
    tablePrefix: `${name}_`,
    options: { migrationsTableName: `${name}_migrations` },
    tables: [],
  });
  const [one, two] = [await connect(place('one')), await connect(place('two'))];
  await one.runMigrations();
  await two.runMigrations();
  expect(await drift(one)).toEqual([]);
  expect(await drift(two)).toEqual([]);
  await Promise.all([one.destroy(), two.destroy()]);
});

describe('A naming strategy that renames declared names', () => {
  it('stops the migrations before anything is created', async () => {
    const source = await connect({ tables: [], options: { namingStrategy: new UpperCase() } });
    const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await expect(source.runMigrations()).rejects.toThrow(/UpperCase renames "webhook_\w+" to "WEBHOOK_\w+"/);
    said.mockRestore();
    expect(await tablesIn(source)).toEqual([]);
    await source.destroy();
  });

  it('stops the start, and says what to change', async () => {
    const source = await connect({ tables: [], options: { namingStrategy: new UpperCase() } });
    const module = WebhooksModule.forRoot({ ...shape, ...values, dataSource: source });
    await expect(startApp([module], { logger: false })).rejects.toMatchObject({
      name: 'WebhooksSetupError',
      message: expect.stringContaining('must return `given` if there is one'),
    });
    await source.destroy();
  });
});

describe('The migrations', () => {
  it.each(PLACES)(
    'create what the entities declare, revert it without a trace, and create it again, for tables %s',
    async (_, place) => {
      const source = await connect(place);
      await source.runMigrations();
      expect(await drift(source)).toEqual([]);
      await source.synchronize();
      expect(await drift(source)).toEqual([]);
      for (const migration of webhooksMigrations) {
        void migration;
        await source.undoLastMigration();
      }
      expect(await tablesIn(source, place.schema)).toEqual([]);
      await source.runMigrations();
      expect((await tablesIn(source, place.schema)).toSorted()).toEqual(place.tables.toSorted());
      expect(await drift(source)).toEqual([]);
      await source.destroy();
    },
  );

  it('are reverted by removeWebhooks(), which keeps the migrations of the host before and after them', async () => {
    const source = await migratedSource(database.url, {
      migrations: [HostFirst1700000000000, ...webhooksMigrations, HostLast1900000000000],
      migrationsTransactionMode: 'each',
    });
    const names = async (sql: string) =>
      ((await source.query(sql)) as { name: string }[]).map(({ name }) => name);
    const ours = webhooksMigrations.map((Migration) => new Migration().name);

    expect(await removeWebhooks(source)).toEqual(ours.toReversed());
    expect(
      await names(`select tablename as name from pg_tables where schemaname = 'public' order by 1`),
    ).toEqual(['host_first', 'host_last', 'migrations']);
    expect(await names('select name from migrations order by name')).toEqual([
      'HostFirst1700000000000',
      'HostLast1900000000000',
    ]);
    await expect(removeWebhooks(source)).rejects.toThrow('none of webhooksMigrations is recorded');

    await source.runMigrations();
    expect(await drift(source)).toEqual([]);
    await source.destroy();
  });

  it('create the same columns, indexes and primary keys as synchronize', async () => {
    const source = await connect({ tables: NAMES });
    await source.runMigrations();
    const migrated = await described(source);
    await source.dropDatabase();
    await source.synchronize();
    expect(await described(source)).toEqual(migrated);
    await source.destroy();
  });
});

describe('The tables of the first release', () => {
  const FIRST = webhooksMigrations.slice(0, 1);
  /** Inserts rows of every kind that the first release may have written for a tenant. */
  const fill = (source: DataSource, tenant: string, url: string) =>
    source.query(
      `with endpoint as (
         insert into webhook_endpoints (id, tenant_id, url, events, profile, secrets, skip_error_codes, state_at, created_at, updated_at, deleted_at)
         select id, $1::varchar, $2::text, '["message.phone.sent"]', 'httpsms', '[]', '[]', 1, 1, 1, deleted_at
           from (values (gen_random_uuid(), null::bigint), (gen_random_uuid(), 2::bigint)) as e(id, deleted_at)
         returning id, deleted_at
       ), lane as (
         insert into webhook_lanes (tenant_id, endpoint_id, state, next_due_at)
         select $1, id, case when deleted_at is null then 'open' else 'closed' end, 1 from endpoint
         returning id, state
       ), event as (
         insert into webhook_events (id, tenant_id, type, subject, occurred_at, created_at, data)
         select gen_random_uuid(), $1, 'message.sent', name, 1, 2, '{"message":{"id":"m","direction":"out","from":"A","to":"+15550100"}}'
           from unnest(array['done', 'failed', 'waiting', 'unrelayed']) name
         returning sequence, subject
       ), unrelayed as (
         insert into webhook_unrelayed (sequence) select sequence from event where subject = 'unrelayed'
       ), delivery as (
         insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, next_at, created_at, finished_at, failed_at, attempts)
         select e.sequence, l.id, 'message.phone.sent', '{}', d.state, next_at, 2, finished_at, failed_at, attempts
           from event e
           join lane l on l.state = 'open'
           join (values ('done', 'delivered', null::bigint, 3::bigint, null::bigint, 1),
                        ('failed', 'exhausted', null, 3, 3, 2),
                        ('waiting', 'pending', 1, null, null, 0)) as d(subject, state, next_at, finished_at, failed_at, attempts)
             on d.subject = e.subject
         returning id, state
       ), attempt as (
         insert into webhook_attempts (delivery_id, number, started_at, status) select id, 1, 2, 500 from delivery where state = 'exhausted'
       ), account as (
         insert into webhook_accounts (tenant_id, secrets, created_at, updated_at) values ($1, '[]', 1, 1)
       ), lease as (
         insert into webhook_leases (owner, expires_at, first_delivery_id) values ('dead', 1, 0)
       )
       insert into webhook_alerts (tenant_id, kind, dedupe_key, data, created_at, sent_at) values ($1, 'endpoint.recovered', $1, '{}', 1, 1)`,
      [tenant, url],
    );

  it('are upgraded with their contents: waiting deliveries are sent, and the log is kept', async () => {
    const before = await connect({ tables: NAMES }, { migrations: FIRST });
    await before.runMigrations();
    await fill(before, 'a', receiver.url);
    const after = await connect({ tables: NAMES });
    await after.runMigrations();
    expect(await drift(after)).toEqual([]);
    // A process of the earlier release continues with the columns that it knows.
    await fill(before, 'b', receiver.url);

    const entities = webhooksEntitiesWith('');
    const app = await startApp([
      dataSource(database.url, { autoLoadEntities: false, entities }),
      WebhooksModule.forRoot({ ...shape, ...values }),
    ]);
    const webhooks = app.get<WebhooksService>(WebhooksService);
    expect(await webhooks.runOnce()).toMatchObject({ relayed: 2, delivered: 4 });
    expect(receiver.received).toHaveLength(4);
    for (const tenant of ['a', 'b']) {
      const { data } = await webhooks.deliveries.list(tenant);
      const states = data.map(({ event, state }) => [event.subject, state]);
      expect(Object.fromEntries(states)).toEqual({
        done: 'delivered',
        failed: 'exhausted',
        waiting: 'delivered',
        unrelayed: 'delivered',
      });
      expect((await webhooks.endpoints.list(tenant)).data).toHaveLength(1);
    }
    await app.close();
    await before.destroy();
    await after.destroy();
  });

  it('are restored when the later migrations go down', async () => {
    const before = await connect({ tables: NAMES }, { migrations: FIRST });
    await before.runMigrations();
    await fill(before, 'a', receiver.url);
    const first = await described(before);
    const after = await connect({ tables: NAMES });
    await after.runMigrations();
    for (let i = FIRST.length; i < webhooksMigrations.length; i++) await after.undoLastMigration();
    expect(await described(after)).toEqual(first);
    const [{ count }] = await after.query('select count(*) from webhook_deliveries');
    expect(count).toBe('3');
    await before.destroy();
    await after.destroy();
  });
});

/** Columns, indexes and primary keys as PostgreSQL knows them, without the names of constraints. */
async function described(source: DataSource): Promise<unknown> {
  const columns = await source.query(
    `select table_name, column_name, data_type, character_maximum_length, is_nullable,
            regexp_replace(column_default, '::.*', '') as default
       from information_schema.columns where table_schema = 'public' and table_name like 'webhook%' order by 1, 2`,
  );
  const indexes = await source.query(
    `select tablename, indexname, indexdef from pg_indexes
      where schemaname = 'public' and tablename like 'webhook%' and indexname not like '%pkey' and indexname not like 'PK%'
      order by 1, 2`,
  );
  const keys = await source.query(
    `select c.conrelid::regclass::text as table, pg_get_constraintdef(c.oid) as key
       from pg_constraint c where c.contype = 'p' and c.conrelid::regclass::text like 'webhook%' order by 1`,
  );
  return { columns, indexes, keys };
}
