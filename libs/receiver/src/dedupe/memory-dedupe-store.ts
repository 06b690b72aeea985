import type { DedupeStore } from './dedupe-store.js';

export interface MemoryDedupeStoreOptions {
  /** Maximum number of keys; beyond it the oldest are forgotten. Default 100,000 (about 20 MB). */
  maxKeys?: number;
  /** Epoch milliseconds. Default: the system clock. */
  now?: () => number;
}

/** Keeps claims in memory: for one process, until it restarts. */
export class MemoryDedupeStore implements DedupeStore {
  /** When each claim expires, epoch ms, by key. The oldest claim is first. */
  private readonly expiries = new Map<string, number>();
  private readonly maxKeys: number;
  private readonly now: () => number;

  constructor({ maxKeys = 100_000, now = Date.now }: MemoryDedupeStoreOptions = {}) {
    if (!(maxKeys >= 1)) throw new RangeError('maxKeys must be 1 or more.');
    this.maxKeys = maxKeys;
    this.now = now;
  }

  /** Number of keys, including expired ones that are not yet removed. */
  get size(): number {
    return this.expiries.size;
  }

  claim(key: string, ttlMs: number): Promise<boolean> {
    const now = this.now();
    const expiresAt = this.expiries.get(key);
    if (expiresAt !== undefined && expiresAt > now) return Promise.resolve(false);
    this.expiries.delete(key);
    this.expiries.set(key, now + ttlMs);
    this.removeOldest(now);
    return Promise.resolve(true);
  }

  release(key: string): Promise<void> {
    this.expiries.delete(key);
    return Promise.resolve();
  }

  /** Removes the oldest keys as long as they are expired or too many. Each key is removed once, so a claim stays cheap. */
  private removeOldest(now: number): void {
    for (const [key, expiresAt] of this.expiries) {
      if (expiresAt > now && this.expiries.size <= this.maxKeys) return;
      this.expiries.delete(key);
    }
  }
}
