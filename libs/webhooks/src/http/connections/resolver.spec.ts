import { EgressGuard } from '../policy/egress-guard.js';
import { Resolver } from './resolver.js';
import type { Lookup } from './resolver.js';

const ADDRESS = { address: '93.184.216.34', family: 4 };

describe('Resolver', () => {
  let now = 0;
  const make = (lookup: Lookup, guard = new EgressGuard()): Resolver =>
    new Resolver(guard, lookup, () => now);

  it('runs at most 64 look-ups at once, and finishes all of them', async () => {
    let running = 0;
    let most = 0;
    const resolver = make(async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return [ADDRESS];
    });
    const names = Array.from({ length: 300 }, (_, i) => `h${i}.example.com`);
    const answers = await Promise.all(names.map((name) => resolver.resolve(name)));

    expect(most).toBe(64);
    expect(answers).toHaveLength(300);
  });

  it('looks up a name once for many simultaneous requests', async () => {
    const lookup = jest.fn(async () => [ADDRESS]);
    const resolver = make(lookup);
    await Promise.all(Array.from({ length: 50 }, () => resolver.resolve('hooks.example.com')));
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it('caches an answer for ten seconds', async () => {
    const lookup = jest.fn(async () => [ADDRESS]);
    const resolver = make(lookup);
    await resolver.resolve('hooks.example.com');
    now += 9_999;
    await resolver.resolve('hooks.example.com');
    expect(lookup).toHaveBeenCalledTimes(1);
    now += 2;
    await resolver.resolve('hooks.example.com');
    expect(lookup).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['ENOTFOUND', 5_000],
    ['ETIMEOUT', 30_000],
  ])('caches %s for %i ms', async (code, ms) => {
    const lookup = jest.fn(() => Promise.reject(Object.assign(new Error('failed'), { code })));
    const resolver = make(lookup);
    await expect(resolver.resolve('hooks.example.com')).rejects.toMatchObject({ code });
    now += ms - 1;
    await expect(resolver.resolve('hooks.example.com')).rejects.toMatchObject({ code });
    expect(lookup).toHaveBeenCalledTimes(1);
    now += 2;
    await expect(resolver.resolve('hooks.example.com')).rejects.toMatchObject({ code });
    expect(lookup).toHaveBeenCalledTimes(2);
  });

  it('forgets the oldest of more than a thousand names', async () => {
    const lookup = jest.fn(async () => [ADDRESS]);
    const resolver = make(lookup);
    for (let i = 0; i <= 1_000; i++) await resolver.resolve(`h${i}.example.com`);
    lookup.mockClear();
    await resolver.resolve('h1000.example.com');
    expect(lookup).not.toHaveBeenCalled();
    await resolver.resolve('h0.example.com');
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  describe('with names whose server never answers', () => {
    const hanging: Lookup = (name) =>
      name.startsWith('slow') ? new Promise(() => undefined) : Promise.resolve([ADDRESS]);
    const ask = (resolver: Resolver, count: number) =>
      Promise.allSettled(Array.from({ length: count }, (_, i) => resolver.resolve(`slow${i}.example.com`)));
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('gives their slots to other names after a quarter of a second, and ends the look-ups after five seconds', async () => {
      const resolver = make(hanging);
      const slow = ask(resolver, 64);
      const other = resolver.resolve('other.example.com');
      await jest.advanceTimersByTimeAsync(250);
      expect(await other).toEqual([ADDRESS]);
      await jest.advanceTimersByTimeAsync(4_750);
      expect((await slow).every(({ status }) => status === 'rejected')).toBe(true);
    });

    it('resolves a known name before new names, and a new name after earlier look-ups have given up their slots', async () => {
      const resolver = make(hanging);
      await resolver.resolve('known.example.com');
      now += 10_001;
      const slow = ask(resolver, 512);
      const known = resolver.resolve('known.example.com');
      const fresh = resolver.resolve('new.example.com');
      await jest.advanceTimersByTimeAsync(250);
      expect(await known).toEqual([ADDRESS]);
      await jest.advanceTimersByTimeAsync(1_750);
      expect(await fresh).toEqual([ADDRESS]);
      await jest.advanceTimersByTimeAsync(10_000);
      await slow;
    });

    it('continues to resolve names while the look-ups of hundreds of other names hang', async () => {
      const resolver = make(hanging);
      for (let round = 0; round < 20; round++) {
        for (let i = 0; i < 64; i++) resolver.resolve(`slow${round}-${i}.example.com`).catch(() => undefined);
        const other = resolver.resolve(`other${round}.example.com`);
        await jest.advanceTimersByTimeAsync(500);
        expect(await other).toEqual([ADDRESS]);
      }
    });

    it('runs at most 1,000 slow look-ups besides the 64 others', async () => {
      let asked = 0;
      const resolver = make(() => {
        asked++;
        return new Promise(() => undefined);
      });
      const all = ask(resolver, 3_000);
      await jest.advanceTimersByTimeAsync(4_999);
      expect(asked).toBe(64 + 1_000);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(asked).toBe(3_000);
      expect((await all).every(({ status }) => status === 'rejected')).toBe(true);
    });
  });

  it('returns eight addresses of a name that has more', async () => {
    const resolver = make(async () => Array.from({ length: 100 }, () => ADDRESS));
    expect(await resolver.resolve('hooks.example.com')).toHaveLength(8);
  });

  it('uses the system’s resolver only for allowed hosts', async () => {
    const lookup = jest.fn(async () => [ADDRESS]);
    const resolver = make(lookup, new EgressGuard({ allowedHosts: ['localhost'] }));
    expect(await resolver.resolve('localhost')).toContainEqual({ address: '127.0.0.1', family: 4 });
    expect(lookup).not.toHaveBeenCalled();
    await resolver.resolve('hooks.example.com');
    expect(lookup).toHaveBeenCalledTimes(1);
  });
});
