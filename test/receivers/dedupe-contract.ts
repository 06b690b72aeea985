import type { DedupeStore } from '../../libs/receiver/src/dedupe/dedupe-store.js';
import { DEDUPE_TTL_MS, handleOnce } from '../../libs/receiver/src/dedupe/handle-once.js';

/** A store, and a way to advance its clock. */
export interface TimedStore {
  store: DedupeStore;
  advance(ms: number): void;
}

const LEASE = 1000;
const TTL = 60_000;

/** What every dedupe store does. `timed` returns an empty store. */
export function describeDedupeStore(timed: () => TimedStore): void {
  let store: DedupeStore;
  let advance: (ms: number) => void;
  const begin = (token: string, key = 'a') => store.begin(key, token, LEASE);

  beforeEach(() => {
    ({ store, advance } = timed());
  });

  it('gives a key to one of many callers', async () => {
    const states = await Promise.all(Array.from({ length: 20 }, (_, n) => begin(`t${n}`)));
    expect(states.filter((state) => state === 'new')).toHaveLength(1);
    expect(states.filter((state) => state === 'in-progress')).toHaveLength(19);
    expect(await begin('other', 'b')).toBe('new');
  });

  it('gives a key to another caller when the lease has ended, and not before', async () => {
    await begin('first');
    advance(LEASE - 1);
    expect(await begin('early')).toBe('in-progress');
    advance(1);
    const states = await Promise.all(Array.from({ length: 20 }, (_, n) => begin(`t${n}`)));
    expect(states.filter((state) => state === 'new')).toHaveLength(1);
    expect(states).not.toContain('done');
  });

  it('remembers a finished key until its time has passed', async () => {
    await begin('first');
    await store.complete('a', TTL);
    expect(await begin('second')).toBe('done');
    advance(TTL - 1);
    expect(await begin('third')).toBe('done');
    advance(1);
    expect(await begin('fourth')).toBe('new');
  });

  it('gives a key to another caller as soon as the first caller abandons the key', async () => {
    await begin('first');
    await store.abandon('a', 'first');
    await store.abandon('never begun', 'first');
    expect(await begin('second')).toBe('new');
  });

  it('ignores abandon() by a caller whose lease has ended, and ignores abandon() for a finished key', async () => {
    await begin('slow');
    advance(LEASE);
    expect(await begin('next')).toBe('new');
    await store.abandon('a', 'slow');
    expect(await begin('third')).toBe('in-progress');
    await store.complete('a', TTL);
    await store.abandon('a', 'next');
    expect(await begin('fourth')).toBe('done');
  });

  it('marks a key as finished even if the lease has ended and another caller has begun and abandoned the key', async () => {
    await begin('slow');
    advance(LEASE);
    await begin('next');
    await store.abandon('a', 'next');
    await store.complete('a', TTL);
    expect(await begin('third')).toBe('done');
  });

  it('refuses a duplicate with 503 while the first request is handled, and handles the next duplicate if the first request fails', async () => {
    let fail!: (error: Error) => void;
    const first = handleOnce(store, 'a', () => new Promise((_, reject) => (fail = reject)), {
      leaseMs: LEASE,
    });
    const failed = expect(first).rejects.toThrow('out of disk');
    while (fail === undefined) await new Promise(setImmediate);
    await expect(handleOnce(store, 'a', () => undefined, { leaseMs: 2500 })).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': '3' },
    });
    fail(new Error('out of disk'));
    await failed;
    expect(await handleOnce(store, 'a', () => undefined)).toBe(true);
    expect(await handleOnce(store, 'a', () => undefined)).toBe(false);
  });

  it('handles a duplicate after the lease of a dead caller has ended', async () => {
    await new Promise<void>((begun) => {
      void handleOnce(store, 'a', () => new Promise(() => begun()), { leaseMs: LEASE });
    });
    advance(LEASE);
    expect(await handleOnce(store, 'a', () => undefined)).toBe(true);
  });

  it('remembers handled events for a week', async () => {
    await handleOnce(store, 'a', () => undefined);
    advance(DEDUPE_TTL_MS - 1);
    expect(await begin('early')).toBe('done');
    advance(1);
    expect(await begin('late')).toBe('new');
  });
}
