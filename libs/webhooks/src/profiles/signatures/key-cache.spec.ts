import { KeyCache } from './key-cache.js';

describe('the key cache', () => {
  it('loads the key of a secret once', () => {
    const loaded: string[] = [];
    const cache = new KeyCache((secret) => loaded.push(secret));

    cache.get('a');
    cache.get('a');

    expect(loaded).toEqual(['a']);
  });

  it('never exceeds its limit: the oldest key is removed', () => {
    const loaded: string[] = [];
    const cache = new KeyCache((secret) => loaded.push(secret), 2);

    for (const secret of ['a', 'b', 'c', 'c', 'b', 'a']) cache.get(secret);

    expect(cache.size).toBe(2);
    expect(loaded).toEqual(['a', 'b', 'c', 'a']);
  });

  it('keeps nothing of a secret that cannot be read', () => {
    const cache = new KeyCache<string>(() => {
      throw new Error('unreadable');
    });

    expect(() => cache.get('a')).toThrow('unreadable');
    expect(cache.size).toBe(0);
  });
});
