import { HttpStatus, Injectable } from '@nestjs/common';
import { requireTenant } from '../core/tenant.js';
import { WebhooksRequestError } from '../core/request-error.js';

/** Calls a tenant may make at once, and how many come back each minute. */
const CALLS_PER_MINUTE = {
  test: { burst: 20, perMinute: 20 },
  retry: { burst: 100, perMinute: 100 },
  recover: { burst: 10, perMinute: 10 },
} as const;

/** What is limited. */
export type LimitedAction = keyof typeof CALLS_PER_MINUTE;

/** Buckets kept: the ones that are full again are forgotten first. */
const KEPT = 10_000;

interface Bucket {
  tokens: number;
  /** On the process's monotonic clock, ms. */
  at: number;
}

/** A token bucket for each tenant and action, in this process: routes that cause traffic cannot be used to flood a receiver. */
@Injectable()
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  /** Takes one. Throws a 429 that says when the next one comes. */
  take(action: LimitedAction, tenantId: string): void {
    const { burst, perMinute } = CALLS_PER_MINUTE[action];
    const perMs = perMinute / 60_000;
    const now = performance.now();
    const key = `${action} ${requireTenant(tenantId)}`;
    const bucket = this.buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) * perMs);
    if (tokens < 1) {
      const retryAfterSeconds = Math.ceil((1 - tokens) / perMs / 1000);
      throw new WebhooksRequestError(
        HttpStatus.TOO_MANY_REQUESTS,
        'too_many_requests',
        `Too many calls of this kind. Try again in ${retryAfterSeconds} s.`,
        { retryAfterSeconds },
      );
    }
    this.forget();
    // Deleted first, so that the map stays in the order of use.
    this.buckets.delete(key);
    this.buckets.set(key, { tokens: tokens - 1, at: now });
  }

  private forget(): void {
    if (this.buckets.size < KEPT) return;
    const [oldest] = this.buckets.keys();
    this.buckets.delete(oldest!);
  }
}
