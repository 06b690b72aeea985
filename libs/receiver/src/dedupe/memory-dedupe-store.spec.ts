import { describeDedupeStore } from '../../../../test/receivers/dedupe-contract.js';
import { handleOnce } from './handle-once.js';
import { MemoryDedupeStore } from './memory-dedupe-store.js';

let now = 1_700_000_000_000;
const create = (maxKeys?: number) => new MemoryDedupeStore({ maxKeys, now: () => now });

describeDedupeStore(() => ({ store: create(), advance: (ms) => (now += ms) }));

it('keeps at most the maximum number of keys, and forgets the oldest first', async () => {
  const store = create(3);
  for (const key of ['a', 'b', 'c', 'd']) await store.complete(key, 1000);
  expect(store.size).toBe(3);
  expect(await store.begin('d', 't', 1000)).toBe('done');
  expect(await store.begin('b', 't', 1000)).toBe('done');
  expect(await store.begin('a', 't', 1000)).toBe('new');
});

it('removes expired keys when new keys are added', async () => {
  const store = create();
  for (let key = 0; key < 100; key += 1) await store.begin(String(key), 't', 1000);
  now += 1000;
  await store.begin('new', 't', 1000);
  expect(store.size).toBe(1);
});

it('refuses a maximum of less than one key', () => {
  expect(() => create(0)).toThrow(/maxKeys/);
  expect(() => create(Number.NaN)).toThrow(/maxKeys/);
});

describe('handleOnce', () => {
  it('rejects with both errors if the work fails and the store cannot end the lease', async () => {
    const [work, abandon] = [new Error('work'), new Error('abandon')];
    const store = {
      begin: () => Promise.resolve('new' as const),
      complete: () => Promise.resolve(),
      abandon: () => Promise.reject(abandon),
    };
    const failed = handleOnce(store, 'a', () => Promise.reject(work));
    await expect(failed).rejects.toMatchObject({ errors: [work, abandon] });
  });

  it('rejects if the work succeeds but the key cannot be marked as done, so that the sender retries', async () => {
    const store = create();
    store.complete = () => Promise.reject(new Error('store is down'));
    await expect(handleOnce(store, 'a', () => undefined)).rejects.toThrow('store is down');
    expect(await store.begin('a', 't', 1000)).toBe('in-progress');
  });
});
