import type { CompleteRetryPolicy } from '../../config/retry-policy.js';
import type { Profile } from '../../profiles/profile.js';

const DAY = 24 * 3600 * 1000;
/** Longest `Retry-After` that is honoured, ms. */
const LONGEST_RETRY_AFTER = DAY;

/** The waits of one profile. */
export interface RetrySchedule {
  /** Before the second, third, … attempt, ms. */
  waits: readonly number[];
  jitter: Profile['jitter'];
}

/** The waits that a policy spells out, ms. */
export function expandRetryPolicy(policy: CompleteRetryPolicy): RetrySchedule {
  const jitter = { share: policy.jitter, direction: 'both' } as const;
  if ('schedule' in policy) return { waits: policy.schedule, jitter };
  const { attempts, delayMs, factor, maxDelayMs } = policy;
  const waits = Array.from({ length: attempts - 1 }, (_, i) => Math.min(delayMs * factor ** i, maxDelayMs));
  return { waits, jitter };
}

/** Profiles whose schedule is ours to change: a platform's is its contract, and a host's own says what it wants. */
const ADJUSTABLE_PROFILES: readonly string[] = ['standard', 'standard-cloudevents'];

/** The host's policy replaces the schedule of the standard profiles. */
export function scheduleFor(profile: Profile, policy: CompleteRetryPolicy | null): RetrySchedule {
  if (policy && ADJUSTABLE_PROFILES.includes(profile.name)) return expandRetryPolicy(policy);
  return { waits: profile.schedule, jitter: profile.jitter };
}

/**
 * The wait after the `failed`-th failed attempt of a round (from 1), ms, or `null`: the schedule is used up.
 * `random` is a number from 0 to below 1.
 */
export function waitAfter(
  schedule: RetrySchedule,
  failed: number,
  random: number = Math.random(),
): number | null {
  const wait = schedule.waits[failed - 1];
  if (wait === undefined) return null;
  const { share, direction } = schedule.jitter;
  const factor = direction === 'later' ? 1 + share * random : 1 - share + 2 * share * random;
  return Math.round(wait * factor);
}

/**
 * What a `Retry-After` header asks for, ms from `now` (epoch ms), at most a day: whole seconds or an HTTP date
 * (RFC 9110, 10.2.3). `null` for none, for anything else, and for the past.
 */
export function parseRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  let wait: number;
  if (/^\d{1,20}$/.test(text)) wait = Number(text) * 1000;
  else if (/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text))
    wait = Date.parse(text) - now;
  else return null;
  return wait > 0 ? Math.min(wait, LONGEST_RETRY_AFTER) : null;
}
