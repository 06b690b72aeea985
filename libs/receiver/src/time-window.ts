import { WebhookRefusedError } from './webhook-refused.error.js';

/** A request is accepted if `now` is between `from - toleranceSeconds` and `until + toleranceSeconds` (Unix seconds). */
export interface TimeWindow {
  from: number;
  until: number;
  now: number;
  toleranceSeconds: number;
}

/** Throws `timestamp-too-new` before the window, `timestamp-too-old` after it, and `bad-option` for an invalid tolerance. */
export function checkTimeWindow({ from, until, now, toleranceSeconds }: TimeWindow): void {
  if (typeof toleranceSeconds !== 'number' || !(toleranceSeconds >= 0))
    throw new WebhookRefusedError('bad-option', 'toleranceSeconds must be a number of seconds, 0 or more.');
  if (now < from - toleranceSeconds)
    throw new WebhookRefusedError(
      'timestamp-too-new',
      `The signature is valid, but its time is ${from - now} s in the future: the clock of this machine or of the sender is wrong.`,
    );
  if (now > until + toleranceSeconds)
    throw new WebhookRefusedError(
      'timestamp-too-old',
      `The signature is valid, but its time is ${now - until} s in the past: the request was replayed, or a clock is wrong.`,
    );
}
