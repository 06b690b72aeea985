import { DEDUPE_TTL_MS, handleOnce } from './handle-once.js';
import { MemoryDedupeStore } from './memory-dedupe-store.js';

let now = 0;
const store = (maxKeys?: number) => new MemoryDedupeStore({ maxKeys, now: () => now });

beforeEach(() => {
  now = 1_700_000_000_000;
});

it('gives a key to the first caller alone', async () => {
  const claims = store();
  expect(await Promise.all([1, 2, 3].map(() => claims.claim('a', 1000)))).toEqual([true, false, false]);
  expect(await claims.claim('b', 1000)).toBe(true);
});

it('gives it again once its time has passed, and not before', async () => {
  const claims = store();
  await claims.claim('a', 1000);
  now += 999;
  expect(await claims.claim('a', 1000)).toBe(false);
  now += 1;
  expect(await claims.claim('a', 1000)).toBe(true);
  expect(await claims.claim('a', 1000)).toBe(false);
});

it('gives it again once it was released', async () => {
  const claims = store();
  await claims.claim('a', 1000);
  await claims.release('a');
  await claims.release('never claimed');
  expect(await claims.claim('a', 1000)).toBe(true);
});

it('keeps no more keys than it may and forgets the oldest first', async () => {
  const claims = store(3);
  for (const key of ['a', 'b', 'c', 'd']) await claims.claim(key, 1000);
  expect(claims.size).toBe(3);
  expect(await claims.claim('d', 1000)).toBe(false);
  expect(await claims.claim('b', 1000)).toBe(false);
  expect(await claims.claim('a', 1000)).toBe(true);
});

it('sweeps what has ended as new keys come', async () => {
  const claims = store();
  for (let key = 0; key < 100; key += 1) await claims.claim(String(key), 1000);
  now += 1000;
  await claims.claim('new', 1000);
  expect(claims.size).toBe(1);
});

it('refuses to keep nothing', () => {
  expect(() => store(0)).toThrow(/maxKeys/);
  expect(() => store(Number.NaN)).toThrow(/maxKeys/);
});

describe('handleOnce', () => {
  it('does the work once and says so', async () => {
    const claims = store();
    const done: number[] = [];
    expect(await handleOnce(claims, 'a', () => done.push(1))).toBe(true);
    expect(await handleOnce(claims, 'a', () => done.push(2))).toBe(false);
    expect(done).toEqual([1]);
  });

  it('gives the claim back where the work fails, so that the retry is worked on', async () => {
    const claims = store();
    const failure = new Error('database away');
    await expect(handleOnce(claims, 'a', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await handleOnce(claims, 'a', () => undefined)).toBe(true);
  });

  it('names both failures where the claim cannot be given back', async () => {
    const [work, release] = [new Error('work'), new Error('release')];
    const claims = { claim: () => Promise.resolve(true), release: () => Promise.reject(release) };
    const failed = handleOnce(claims, 'a', () => Promise.reject(work));
    await expect(failed).rejects.toMatchObject({ errors: [work, release] });
  });

  it('remembers for a week unless it is told otherwise', async () => {
    const claims = store();
    await handleOnce(claims, 'a', () => undefined);
    await handleOnce(claims, 'b', () => undefined, 1000);
    now += 1000;
    expect([await claims.claim('a', 1), await claims.claim('b', 1)]).toEqual([false, true]);
    now += DEDUPE_TTL_MS;
    expect(await claims.claim('a', 1)).toBe(true);
  });
});
