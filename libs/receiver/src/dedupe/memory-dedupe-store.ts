import type { DedupeStore } from './dedupe-store.js';

export interface MemoryDedupeStoreOptions {
  /** How many keys to keep; beyond it the oldest are forgotten. Default 100,000 (some 20 MB). */
  maxKeys?: number;
  /** Epoch milliseconds. Default: this machine's clock. */
  now?: () => number;
}

/** For one process, until it restarts. */
export class MemoryDedupeStore implements DedupeStore {
  /** Key to the end of its claim, oldest claim first. */
  private readonly claims = new Map<string, number>();
  private readonly maxKeys: number;
  private readonly now: () => number;

  constructor({ maxKeys = 100_000, now = Date.now }: MemoryDedupeStoreOptions = {}) {
    if (!(maxKeys >= 1)) throw new RangeError('maxKeys must be 1 or more.');
    this.maxKeys = maxKeys;
    this.now = now;
  }

  /** How many keys are kept, ended ones that nothing has swept yet included. */
  get size(): number {
    return this.claims.size;
  }

  claim(key: string, ttlMs: number): Promise<boolean> {
    const now = this.now();
    const end = this.claims.get(key);
    if (end !== undefined && end > now) return Promise.resolve(false);
    this.claims.delete(key);
    this.claims.set(key, now + ttlMs);
    this.sweep(now);
    return Promise.resolve(true);
  }

  release(key: string): Promise<void> {
    this.claims.delete(key);
    return Promise.resolve();
  }

  /** From the oldest claim on: what has ended, and what is too many. Each key is dropped once, so a claim stays cheap. */
  private sweep(now: number): void {
    for (const [key, end] of this.claims) {
      if (end > now && this.claims.size <= this.maxKeys) return;
      this.claims.delete(key);
    }
  }
}
