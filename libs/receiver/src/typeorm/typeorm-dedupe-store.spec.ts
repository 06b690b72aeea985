import { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { handleOnce } from '../dedupe/handle-once.js';
import { TypeOrmDedupeStore } from './typeorm-dedupe-store.js';
import { WebhookReceipt, webhookReceiptSchema } from './webhook-receipt.entity.js';

const hour = 3_600_000;
let database: TestDatabase;
let dataSource: DataSource;
let store: TypeOrmDedupeStore;
let now = 1_700_000_000_000;

beforeAll(async () => {
  database = await createDatabase();
  dataSource = new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [webhookReceiptSchema],
    synchronize: true,
  });
  await dataSource.initialize();
  await dataSource.query('create table work (id serial primary key, note text)');
  store = new TypeOrmDedupeStore(dataSource.manager, { now: () => now });
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

beforeEach(async () => {
  await dataSource.query('truncate webhook_receipts, work');
});

const receipts = () => dataSource.getRepository(WebhookReceipt).count();
const works = async () => Number((await dataSource.query('select count(*) from work'))[0].count);

it('gives a key to one of many callers', async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim('a', hour)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await store.claim('b', hour)).toBe(true);
});

it('tells keys apart by every letter, however long', async () => {
  const long = 'x'.repeat(5000);
  for (const key of ['msg_a', 'msg_A', 'msg_a ', 'mśg', long, `${long}y`])
    expect([key.slice(0, 9), await store.claim(key, hour)]).toEqual([key.slice(0, 9), true]);
});

it('gives a key to one of many callers again once its time has passed', async () => {
  await store.claim('a', hour);
  now += hour - 1;
  expect(await store.claim('a', hour)).toBe(false);
  now += 1;
  const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim('a', hour)));
  expect(claims.filter(Boolean)).toHaveLength(1);
});

it('gives a key again once it was released', async () => {
  await store.claim('a', hour);
  await store.release('a');
  expect(await store.claim('a', hour)).toBe(true);
});

it('prunes what has ended and nothing else', async () => {
  await store.claim('short', 1000);
  await store.claim('long', hour);
  now += 1000;
  expect(await store.prune()).toBe(1);
  expect(await store.claim('long', hour)).toBe(false);
  expect(await receipts()).toBe(1);
});

describe("inside the receiver's transaction", () => {
  it('claims and works together or not at all', async () => {
    const receive = (fails: boolean) =>
      dataSource.transaction(async (tx) => {
        if (!(await store.within(tx).claim('a', hour))) return 'duplicate';
        await tx.query("insert into work (note) values ('a')");
        if (fails) throw new Error('later step failed');
        return 'done';
      });
    await expect(receive(true)).rejects.toThrow('later step failed');
    expect([await receipts(), await works()]).toEqual([0, 0]);
    expect(await receive(false)).toBe('done');
    expect(await receive(false)).toBe('duplicate');
    expect(await works()).toBe(1);
  });

  it('leaves the transaction usable after a duplicate', async () => {
    await store.claim('a', hour);
    await dataSource.transaction(async (tx) => {
      expect(await store.within(tx).claim('a', hour)).toBe(false);
      await tx.query("insert into work (note) values ('after')");
    });
    expect(await works()).toBe(1);
  });

  it('makes a second copy wait for the first one, and take over where that failed', async () => {
    const first = dataSource.createQueryRunner();
    await first.startTransaction();
    expect(await store.within(first.manager).claim('a', hour)).toBe(true);
    const second = dataSource.transaction((tx) => store.within(tx).claim('a', hour));
    await lockWaiter();
    await first.rollbackTransaction();
    await first.release();
    expect(await second).toBe(true);
  });

  it('makes a second copy wait for the first one, and stand back where that worked', async () => {
    const first = dataSource.createQueryRunner();
    await first.startTransaction();
    await store.within(first.manager).claim('a', hour);
    const second = dataSource.transaction((tx) => store.within(tx).claim('a', hour));
    await lockWaiter();
    await first.commitTransaction();
    await first.release();
    expect(await second).toBe(false);
  });

  it('shows the failure of the work, not that of a statement in a broken transaction', async () => {
    const failing = dataSource.transaction((tx) =>
      handleOnce(store.within(tx), 'a', () => tx.query('select nonsense')),
    );
    await expect(failing).rejects.toThrow(/"nonsense" does not exist/);
    expect(await store.claim('a', hour)).toBe(true);
  });
});

/** Returns once a statement waits for another transaction. */
async function lockWaiter(): Promise<void> {
  const waiting =
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  const deadline = Date.now() + 10_000;
  while ((await dataSource.query(waiting)).length === 0)
    if (Date.now() > deadline) throw new Error('Nobody waits for a lock.');
}
