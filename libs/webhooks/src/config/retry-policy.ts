import { type Check, listOf, numberBetween, wholeNumber } from './checks.js';
import { group, Option } from './option.js';

const DAY_MS = 24 * 3600_000;

/** A list of the waits between attempts. */
export class ListedRetries {
  /** Waits (ms) before the retries: `[5000, 60000]` makes three attempts. */
  @Option(listOf('a list of waits in milliseconds', numberBetween(0, Infinity)), { isRequired: true })
  schedule: readonly number[];
  /** Share (0 to 1) by which a wait varies at random. Default 0.2. */
  @Option(numberBetween(0, 1)) jitter?: number = 0.2;
}

/** Growing waits between attempts. */
export class GrowingRetries {
  /** Attempts in all, the first included. */
  @Option(wholeNumber(1, 100), { isRequired: true }) attempts: number;
  /** Wait (ms) before the second attempt. */
  @Option(wholeNumber(0, 30 * DAY_MS), { isRequired: true }) delayMs: number;
  /** Each wait is this many times as long as the one before it. Default 2. */
  @Option(numberBetween(1, Infinity)) factor?: number = 2;
  /** Longest wait (ms). Default 24 h. */
  @Option(wholeNumber(0, 30 * DAY_MS)) maxDelayMs?: number = DAY_MS;
  /** Share (0 to 1) by which a wait varies at random. Default 0.2. */
  @Option(numberBetween(0, 1)) jitter?: number = 0.2;
}

/** When a failed delivery is tried again. */
export type RetryPolicy = ListedRetries | GrowingRetries;

/** A {@link RetryPolicy} with the defaults filled in. */
export type CompleteRetryPolicy = Required<ListedRetries> | Required<GrowingRetries>;

const listed = group(ListedRetries);
const growing = group(GrowingRetries);

/** A policy with a `schedule` is the listed kind. */
export const retryPolicy: Check<RetryPolicy> = (value, option) => {
  const isListed = typeof value === 'object' && value !== null && 'schedule' in value;
  return (isListed ? listed : growing)(value, option);
};
