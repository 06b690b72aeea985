import { DataSource } from 'typeorm';
import { webhooksEntities } from '../../libs/webhooks/src/store/schema/entities.js';
import { createSession } from '../../libs/webhooks/src/store/postgres/create-postgres-store.js';
import type { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { DatabaseProxy } from '../faults/database-proxy.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

const POOL_SIZE = 3;

describe('A server that accepts connections and answers nothing', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let dataSource: DataSource;
  let session: Session;
  beforeEach(async () => {
    database = await createDatabase();
    proxy = await DatabaseProxy.open(database.url);
    dataSource = new DataSource({
      type: 'postgres',
      url: proxy.url,
      poolSize: POOL_SIZE,
      entities: [...webhooksEntities],
    });
    await dataSource.initialize();
    session = createSession(dataSource);
  });
  afterEach(async () => {
    await proxy.close();
    await dataSource.destroy();
    await database.drop();
  });

  it('does not use up the pool, however many statements time out: the pool works again when the server responds', async () => {
    session.timeoutMs = 100;
    proxy.freeze();
    for (let i = 0; i < 3 * POOL_SIZE; i++)
      await expect(session.query('select 1')).rejects.toThrow('did not finish the work within 100 ms');
    proxy.thaw();
    session.timeoutMs = 10_000;
    expect(await session.query('select 1 as one')).toEqual([{ one: 1 }]);
    const pool = await Promise.all([session.query('select 1 as one'), session.query('select 2 as two')]);
    expect(pool).toEqual([[{ one: 1 }], [{ two: 2 }]]);
  });
});
