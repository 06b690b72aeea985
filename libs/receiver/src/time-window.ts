import { WebhookRefusedError } from './refusal.js';

/** When a request counts as fresh. All in Unix seconds. */
export interface TimeWindow {
  from: number;
  until: number;
  now: number;
  toleranceSeconds: number;
}

/** Throws `timestamp-too-new` before the window and `timestamp-too-old` after it, and `bad-option` for an odd tolerance. */
export function checkTimeWindow({ from, until, now, toleranceSeconds }: TimeWindow): void {
  if (typeof toleranceSeconds !== 'number' || !(toleranceSeconds >= 0))
    throw new WebhookRefusedError('bad-option', 'toleranceSeconds must be a number of seconds, 0 or more.');
  if (now < from - toleranceSeconds)
    throw new WebhookRefusedError(
      'timestamp-too-new',
      `The signature is good, but its time is ${from - now} s ahead: this machine's clock or the sender's is wrong.`,
    );
  if (now > until + toleranceSeconds)
    throw new WebhookRefusedError(
      'timestamp-too-old',
      `The signature is good, but ran out ${now - until} s ago: a request sent again by somebody else, or a wrong clock.`,
    );
}
