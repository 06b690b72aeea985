/** @jest-environment ./test/support/runner/own-packages.js */
import type { DynamicModule } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { dataSource, shape, startApp, values } from './support/app.js';

/** Begins a transaction with the library, and passes the library's manager of that transaction to `work`. */
type InTransaction = (work: (tx: EntityManager) => Promise<void>) => Promise<void>;

/** A library that hosts use so that code without an `EntityManager` takes part in a transaction. */
interface Library {
  imports: DynamicModule[];
  begin(app: Awaited<ReturnType<typeof startApp>>): InTransaction;
}

type Options = { isolationLevel: string };

/** What the tests use of these libraries. */
interface TypeOrmTransactional {
  StorageDriver: { ASYNC_LOCAL_STORAGE: string };
  IsolationLevel: { REPEATABLE_READ: string };
  initializeTransactionalContext(options: { storageDriver: string }): void;
  addTransactionalDataSource(source: DataSource): void;
  runInTransaction(work: () => Promise<void>, options: Options): Promise<void>;
}
interface Cls {
  ClsModule: { forRoot(options: { plugins: object[] }): DynamicModule };
}
interface ClsTransactional {
  ClsPluginTransactional: new (options: { adapter: object }) => object;
  TransactionHost: abstract new () => {
    tx: EntityManager;
    withTransaction(options: Options, work: () => Promise<void>): Promise<void>;
  };
}
interface ClsAdapter {
  TransactionalAdapterTypeOrm: new (options: { dataSourceToken: unknown }) => object;
}

/** TypeScript does not resolve these names, so the tests also compile if the libraries are not installed. */
const load = <Exports>(name: string): Promise<Exports> => import(name) as Promise<Exports>;

const LIBRARIES: Record<string, () => Promise<Library>> = {
  'typeorm-transactional': async () => {
    const library = await load<TypeOrmTransactional>('typeorm-transactional');
    library.initializeTransactionalContext({ storageDriver: library.StorageDriver.ASYNC_LOCAL_STORAGE });
    return {
      imports: [],
      begin: (app) => {
        const source = app.get(DataSource);
        library.addTransactionalDataSource(source);
        const options = { isolationLevel: library.IsolationLevel.REPEATABLE_READ };
        return (work) => library.runInTransaction(() => work(source.manager), options);
      },
    };
  },
  '@nestjs-cls/transactional': async () => {
    const { ClsModule } = await load<Cls>('nestjs-cls');
    const { ClsPluginTransactional, TransactionHost } =
      await load<ClsTransactional>('@nestjs-cls/transactional');
    const { TransactionalAdapterTypeOrm } = await load<ClsAdapter>(
      '@nestjs-cls/transactional-adapter-typeorm',
    );
    const adapter = new TransactionalAdapterTypeOrm({ dataSourceToken: DataSource });
    return {
      imports: [ClsModule.forRoot({ plugins: [new ClsPluginTransactional({ adapter })] })],
      begin: (app) => {
        const host = app.get(TransactionHost);
        const options = { isolationLevel: 'REPEATABLE READ' };
        return (work) => host.withTransaction(options, () => work(host.tx));
      },
    };
  },
};

class Undone extends Error {}

const isInstalled = (name: string): boolean => {
  try {
    return require.resolve(name) !== '';
  } catch {
    return false;
  }
};

const [installed, missing] = [true, false].map((is) =>
  Object.keys(LIBRARIES).filter((name) => isInstalled(name) === is),
) as [string[], string[]];

if (missing.length > 0) it.skip(`${missing.join(' and ')} not installed: npm install`, () => undefined);

describe.each(installed)('In a REPEATABLE READ transaction of %s,', (name) => {
  let database: TestDatabase;
  let app: Awaited<ReturnType<typeof startApp>>;
  let webhooks: WebhooksService;
  let inTransaction: InTransaction;
  const tenantId = 'a';
  const endpoint = { url: 'https://example.com/hooks', events: ['*'] };

  beforeAll(async () => {
    database = await createDatabase();
    const library = await LIBRARIES[name]!();
    app = await startApp([
      dataSource(database.url),
      WebhooksModule.forRoot({ ...shape, ...values }),
      ...library.imports,
    ]);
    webhooks = app.get(WebhooksService);
    inTransaction = library.begin(app);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  afterEach(() => webhooks.operator.deleteTenant(tenantId));

  /**
   * Rolls the host's transaction back after `work`. The transaction's snapshot is older than everything that `work` does.
   */
  const undo = (work: (tx: EntityManager) => Promise<void>): Promise<void> =>
    expect(
      inTransaction(async (tx) => {
        await tx.query('select 1');
        await work(tx);
        throw new Undone();
      }),
    ).rejects.toThrow(Undone) as Promise<void>;

  const publish = (tx: EntityManager) =>
    webhooks.publish(
      tx,
      messageEvent('message.delivered', {
        tenantId,
        message: { id: 'm1', direction: 'out', from: 'ACME', to: '+15550100' },
      }),
    );

  it('without `tx`, calls commit by themselves, and read what earlier calls have written', async () => {
    let id = '';
    await undo(async () => {
      ({ id } = await webhooks.endpoints.create(tenantId, endpoint));
      expect(await webhooks.endpoints.get(tenantId, id)).toMatchObject({ id, state: 'active' });
      await webhooks.endpoints.pause(tenantId, id);
      expect(await webhooks.endpoints.get(tenantId, id)).toMatchObject({ state: 'paused' });
      expect((await webhooks.endpoints.list(tenantId)).data).toHaveLength(1);
      expect((await webhooks.operator.list()).data).toHaveLength(1);
      await webhooks.accounts.update(tenantId, { alertEmail: 'a@example.com' });
      expect(await webhooks.accounts.get(tenantId)).toMatchObject({ alertEmail: 'a@example.com' });
      expect((await webhooks.deliveries.listOf(tenantId, id)).data).toEqual([]);
    });
    expect(await webhooks.endpoints.get(tenantId, id)).toMatchObject({ state: 'paused' });
  });

  it('with `tx`, calls read and write in the transaction, and are rolled back with it', async () => {
    await undo(async (tx) => {
      const { id } = await webhooks.endpoints.create(tenantId, endpoint, { tx });
      expect(await webhooks.endpoints.get(tenantId, id, { tx })).toMatchObject({ id });
      expect((await webhooks.endpoints.list(tenantId, {}, { tx })).data).toHaveLength(1);
      expect((await webhooks.operator.list({}, { tx })).data).toHaveLength(1);
      expect((await webhooks.deliveries.listOf(tenantId, id, {}, { tx })).data).toEqual([]);
      await expect(webhooks.endpoints.get(tenantId, id)).rejects.toThrow('no such webhook');
      await publish(tx);
      expect((await webhooks.subjects.list(tenantId, 'm1', {}, { tx })).data).toHaveLength(1);
      expect((await webhooks.subjects.list(tenantId, 'm1')).data).toEqual([]);
    });
    expect((await webhooks.endpoints.list(tenantId)).data).toEqual([]);
    expect((await webhooks.subjects.list(tenantId, 'm1')).data).toEqual([]);
  });

  it('publish joins the transaction of the manager, or of its query runner', async () => {
    await inTransaction(async (tx) => void (await publish(tx)));
    expect((await webhooks.subjects.list(tenantId, 'm1')).data).toHaveLength(1);
    await inTransaction(async ({ queryRunner }) => {
      await webhooks.publish(
        queryRunner!,
        messageEvent('message.failed', {
          tenantId,
          message: { id: 'm1', direction: 'out', from: 'ACME', to: '+15550100' },
        }),
      );
    });
    expect((await webhooks.subjects.list(tenantId, 'm1')).data).toHaveLength(2);
  });

  it('deleteTenant commits by itself and deletes everything', async () => {
    await webhooks.endpoints.create(tenantId, endpoint);
    await webhooks.accounts.get(tenantId);
    await undo(async () => void (await webhooks.operator.deleteTenant(tenantId)));
    for (const table of ['endpoints', 'lanes', 'accounts']) {
      const rows = await app.get(DataSource).query(`select from webhook_${table}`);
      expect(rows).toEqual([]);
    }
  });
});
