import { Injectable } from '@nestjs/common';
import { tooManyRequests, WebhooksRequestError } from '../core/request-error.js';
import { requireTenant } from '../core/tenant.js';

/**
 * For each action: the number of calls that a full bucket allows (an empty bucket is full again after a minute), and the
 * word for these calls in the error.
 */
const LIMITS = {
  test: { perMinute: 20, name: 'tests' },
  retry: { perMinute: 100, name: 'retries' },
  recover: { perMinute: 10, name: 'recoveries' },
  replay: { perMinute: 10, name: 'replays' },
} as const;

export type LimitedAction = keyof typeof LIMITS;

/** Maximum number of buckets in memory. If there are more, the least recently used bucket is dropped. */
const MAX_BUCKETS = 10_000;

interface Bucket {
  tokens: number;
  /** The time to which `tokens` applies, on the process's monotonic clock (ms). */
  at: number;
}

/** A token bucket for each tenant and action, in this process. It limits the routes that could flood a receiver. */
@Injectable()
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  /**
   * Calls `action` if the limit allows it, otherwise throws a 429 with the time until the limit allows the call. A call
   * that the service refuses does not count, because it has sent nothing.
   */
  async spend<T>(limit: LimitedAction, tenantId: string, action: () => Promise<T>): Promise<T> {
    const key = `${limit} ${requireTenant(tenantId)}`;
    this.take(limit, key);
    try {
      return await action();
    } catch (error) {
      if (error instanceof WebhooksRequestError) this.giveBack(limit, key);
      throw error;
    }
  }

  private take(limit: LimitedAction, key: string): void {
    const { perMinute, name } = LIMITS[limit];
    const perMs = perMinute / 60_000;
    const now = performance.now();
    const bucket = this.buckets.get(key) ?? { tokens: perMinute, at: now };
    const tokens = Math.min(perMinute, bucket.tokens + (now - bucket.at) * perMs);
    if (tokens < 1) throw tooManyRequests(name, perMinute, (1 - tokens) / perMs);
    // Deleted first, so that the map stays in order of use.
    this.buckets.delete(key);
    this.dropOldest();
    this.buckets.set(key, { tokens: tokens - 1, at: now });
  }

  private giveBack(limit: LimitedAction, key: string): void {
    const bucket = this.buckets.get(key);
    if (bucket) bucket.tokens = Math.min(LIMITS[limit].perMinute, bucket.tokens + 1);
  }

  private dropOldest(): void {
    if (this.buckets.size < MAX_BUCKETS) return;
    const [oldest] = this.buckets.keys();
    this.buckets.delete(oldest!);
  }
}
