import type { DedupeState, DedupeStore } from './dedupe-store.js';

export interface MemoryDedupeStoreOptions {
  /** Maximum number of keys. If there are more, the oldest keys are forgotten. Default 100,000 (about 20 MB). */
  maxKeys?: number;
  /** Epoch milliseconds. Default: the system clock. */
  now?: () => number;
}

interface Entry {
  /** Token of the lease; `null` if the key is done. */
  token: string | null;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** Keeps keys in memory: for one process, until it restarts. */
export class MemoryDedupeStore implements DedupeStore {
  /** In the order in which they were set, oldest first. */
  private readonly entries = new Map<string, Entry>();
  private readonly maxKeys: number;
  private readonly now: () => number;

  constructor({ maxKeys = 100_000, now = Date.now }: MemoryDedupeStoreOptions = {}) {
    if (!(maxKeys >= 1)) throw new RangeError('maxKeys must be 1 or more.');
    this.maxKeys = maxKeys;
    this.now = now;
  }

  /** Number of keys, including expired ones that are not yet removed. */
  get size(): number {
    return this.entries.size;
  }

  async begin(key: string, token: string, leaseMs: number): Promise<DedupeState> {
    const entry = this.entries.get(key);
    if (entry !== undefined && entry.expiresAt > this.now())
      return entry.token === null ? 'done' : 'in-progress';
    this.set(key, token, leaseMs);
    return 'new';
  }

  async complete(key: string, ttlMs: number): Promise<void> {
    this.set(key, null, ttlMs);
  }

  async abandon(key: string, token: string): Promise<void> {
    if (this.entries.get(key)?.token === token) this.entries.delete(key);
  }

  private set(key: string, token: string | null, ms: number): void {
    const now = this.now();
    this.entries.delete(key);
    this.entries.set(key, { token, expiresAt: now + ms });
    this.removeOldest(now);
  }

  /**
   * Removes keys, oldest first, until at most `maxKeys` are left and the oldest one has not expired. Most calls are
   * cheap, because the loop stops at the first key that stays.
   */
  private removeOldest(now: number): void {
    for (const [key, { expiresAt }] of this.entries) {
      if (expiresAt > now && this.entries.size <= this.maxKeys) return;
      this.entries.delete(key);
    }
  }
}
