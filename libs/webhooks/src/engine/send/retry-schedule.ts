import type { CompleteRetryPolicy } from '../../config/retry-policy.js';
import type { Profile } from '../../profiles/profile.js';

/** When failed attempts are repeated. */
export interface RetrySchedule {
  /** Times (ms) before the second, third, … attempt. */
  waits: readonly number[];
  jitter: Profile['jitter'];
}

/** The schedule that a host's policy describes. */
function expandRetryPolicy(policy: CompleteRetryPolicy): RetrySchedule {
  const jitter = { share: policy.jitter, direction: 'both' } as const;
  if ('schedule' in policy) return { waits: policy.schedule, jitter };
  const { attempts, delayMs, factor, maxDelayMs } = policy;
  const waits = Array.from({ length: attempts - 1 }, (_, i) => Math.min(delayMs * factor ** i, maxDelayMs));
  return { waits, jitter };
}

/**
 * Profiles whose schedule the host's policy replaces. The platforms' profiles are not among them, because a platform's
 * schedule is part of its contract. The host's own profiles contain the schedules that the host wants.
 */
const ADJUSTABLE_PROFILES: readonly string[] = ['standard', 'standard-cloudevents'];

/** The schedule of a profile. If the host has a policy, it replaces the schedule of the standard profiles. */
export function scheduleFor(profile: Profile, policy: CompleteRetryPolicy | null): RetrySchedule {
  if (policy && ADJUSTABLE_PROFILES.includes(profile.name)) return expandRetryPolicy(policy);
  return { waits: profile.schedule, jitter: profile.jitter };
}

/**
 * Returns the wait (ms) after a failed attempt, or `null` if the schedule has no further attempt.
 *
 * @param attempt number of the failed attempt, from 1; after a manual retry, the numbers begin again with 1
 * @param random from 0 to below 1
 */
export function waitAfter(
  schedule: RetrySchedule,
  attempt: number,
  random: number = Math.random(),
): number | null {
  const wait = schedule.waits[attempt - 1];
  if (wait === undefined) return null;
  const { share, direction } = schedule.jitter;
  const factor = direction === 'later' ? 1 + share * random : 1 - share + 2 * share * random;
  return Math.round(wait * factor);
}
