import { createHash, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { describeDedupeStore } from '../../../../test/receivers/dedupe-contract.js';
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

const begin = (key: string, at = store) => at.begin(key, randomUUID(), hour);
const receipts = () => dataSource.getRepository(WebhookReceipt).count();
const works = async () => Number((await dataSource.query('select count(*) from work'))[0].count);

describeDedupeStore(() => ({ store, advance: (ms) => (now += ms) }));

it('distinguishes keys that differ in one letter, however long they are', async () => {
  const long = 'x'.repeat(5000);
  for (const key of ['msg_a', 'msg_A', 'msg_a ', 'mśg', long, `${long}y`])
    expect([key.slice(0, 9), await begin(key)]).toEqual([key.slice(0, 9), 'new']);
});

it('prunes only expired keys', async () => {
  await store.begin('short', 't', 1000);
  await store.complete('long', hour);
  now += 1000;
  expect(await store.prune()).toBe(1);
  expect(await begin('long')).toBe('done');
  expect(await receipts()).toBe(1);
});

it('treats rows of early 0.1.0 snapshots as done until they expire', async () => {
  const keyDigest = createHash('sha256').update('old').digest('hex');
  const expiresAt = String(now + hour);
  await dataSource.getRepository(WebhookReceipt).insert({ keyDigest, token: randomUUID(), expiresAt });
  expect(await begin('old')).toBe('done');
  now += hour;
  expect(await begin('old')).toBe('new');
});

describe("inside the receiver's transaction", () => {
  it('commits the key and the work together or not at all', async () => {
    const receive = (fails: boolean) =>
      dataSource.transaction((tx) =>
        handleOnce(store.within(tx), 'a', async () => {
          await tx.query("insert into work (note) values ('a')");
          if (fails) throw new Error('later step failed');
        }),
      );
    await expect(receive(true)).rejects.toThrow('later step failed');
    expect([await receipts(), await works()]).toEqual([0, 0]);
    expect(await receive(false)).toBe(true);
    expect(await receive(false)).toBe(false);
    expect(await works()).toBe(1);
  });

  it('leaves the transaction usable after a duplicate', async () => {
    await store.complete('done', hour);
    await begin('begun');
    await dataSource.transaction(async (tx) => {
      expect(await begin('done', store.within(tx))).toBe('done');
      expect(await begin('begun', store.within(tx))).toBe('in-progress');
      await tx.query("insert into work (note) values ('after')");
    });
    expect(await works()).toBe(1);
  });

  it.each([
    ['handles the second if the first rolls back', 'rollbackTransaction', true],
    ['skips the second if the first commits', 'commitTransaction', false],
  ] as const)('makes a second copy wait for the first copy, and %s', async (_, end, handled) => {
    const first = dataSource.createQueryRunner();
    await first.startTransaction();
    await handleOnce(store.within(first.manager), 'a', () => undefined);
    const second = dataSource.transaction((tx) => handleOnce(store.within(tx), 'a', () => undefined));
    await lockWaiter();
    await first[end]();
    await first.release();
    expect(await second).toBe(handled);
  });

  it('rejects with the error of the work, not with that of a later statement in the aborted transaction', async () => {
    const failing = dataSource.transaction((tx) =>
      handleOnce(store.within(tx), 'a', () => tx.query('select nonsense')),
    );
    await expect(failing).rejects.toThrow(/"nonsense" does not exist/);
    expect(await begin('a')).toBe('new');
  });
});

it('handles a webhook once if TypeORM reads from a replica that receives no writes', async () => {
  const replica = await createDatabase();
  const connect = (options: object) =>
    new DataSource({ type: 'postgres', entities: [webhookReceiptSchema], ...options }).initialize();
  const behind = await connect({ url: replica.url, synchronize: true });
  const replicated = await connect({
    replication: { master: { url: database.url }, slaves: [{ url: replica.url }] },
  });
  const onReplica = new TypeOrmDedupeStore(replicated.manager, { now: () => now });
  try {
    expect(await begin('a', onReplica)).toBe('new');
    expect(await begin('a', onReplica)).toBe('in-progress');
    await onReplica.complete('a', hour);
    expect(await begin('a', onReplica)).toBe('done');
    now += hour;
    expect(await begin('a', onReplica)).toBe('new');
    expect(await behind.getRepository(WebhookReceipt).count()).toBe(0);
  } finally {
    await Promise.all([behind.destroy(), replicated.destroy()]);
    await replica.drop();
  }
});

/** Returns when a statement waits for another transaction. */
async function lockWaiter(): Promise<void> {
  const waiting =
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  const deadline = Date.now() + 10_000;
  while ((await dataSource.query(waiting)).length === 0)
    if (Date.now() > deadline) throw new Error('Nobody waits for a lock.');
}
