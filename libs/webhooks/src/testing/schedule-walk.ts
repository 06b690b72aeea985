import type { Profile, ProfileEndpoint } from '../profiles/profile.js';

/** One simulated attempt. */
export interface SimulatedAttempt {
  /** From 1. */
  attempt: number;
  /** When the attempt starts without jitter, in milliseconds after the delivery became due. */
  at: number;
  /** When the attempt starts if every wait is as short as the jitter allows (milliseconds). */
  earliest: number;
  /** When the attempt starts if every wait is as long as the jitter allows (milliseconds). */
  latest: number;
  /** The result: an HTTP status, or the class of error if there was no response. */
  answer: number | string;
  /** What follows: the end of the delivery, or another attempt. */
  next: 'delivered' | 'retry' | 'exhausted' | 'discarded';
}

/** Endpoint settings of a registration that sets none. */
const DEFAULT_SETTINGS: ProfileEndpoint = { skipErrors: false, skipErrorCodes: [], retryOnError: true };

/**
 * Walks a delivery through a profile's success rule, failure rule and schedule, attempt by attempt, until the delivery
 * ends. Attempts take no time here. The last entry's `next` is the state that the delivery ends in.
 *
 * @param answers what the receiver does: a status, or `timeout`, `connect`, …; the last answer repeats
 * @param endpoint settings that the failure rule may read. Default: those of a registration that sets none
 */
export function simulateRetries(
  profile: Profile,
  answers: readonly (number | string)[],
  endpoint: Partial<ProfileEndpoint> = {},
): SimulatedAttempt[] {
  if (answers.length === 0) throw new TypeError('simulateRetries: give at least one answer.');
  const settings = { ...DEFAULT_SETTINGS, ...endpoint };
  const { share, direction } = profile.jitter;
  const walked: SimulatedAttempt[] = [];
  let [at, earliest, latest] = [0, 0, 0];
  for (let attempt = 1; ; attempt += 1) {
    const answer = answers[Math.min(attempt, answers.length) - 1]!;
    const wait = profile.schedule[attempt - 1];
    const next = judge(profile, answer, wait !== undefined, settings);
    walked.push({ attempt, at, earliest, latest, answer, next });
    if (next !== 'retry') return walked;
    at += wait!;
    earliest += wait! * (direction === 'both' ? 1 - share : 1);
    latest += wait! * (1 + share);
  }
}

function judge(
  profile: Profile,
  answer: number | string,
  waitsLeft: boolean,
  settings: ProfileEndpoint,
): SimulatedAttempt['next'] {
  const answered = typeof answer === 'number';
  if (answered && profile.isSuccess(answer)) return 'delivered';
  const outcome = answered ? { status: answer, error: 'http' } : { status: null, error: answer };
  const verdict = profile.onFailure(outcome, settings);
  if (verdict === 'ignore') return 'discarded';
  return verdict === 'retry' && waitsLeft ? 'retry' : 'exhausted';
}
