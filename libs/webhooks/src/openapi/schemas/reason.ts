import type { Reason } from '../../core/states.js';
import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import type { Mismatch } from '../../events/subscription.js';
import type { WaitReason } from '../../deliveries/wait.js';
import { nullable, text } from './fields.js';

/** Why a delivery ended without success or cannot be sent yet, or why an endpoint was disabled. */
const REASONS: Readonly<Record<Reason, string>> = {
  'retries-used-up': 'All attempts of the schedule have failed.',
  'not-retryable': 'An attempt failed in a way that the profile does not retry.',
  ignored: 'The webhook ignores this error (`skipErrors`, `skipErrorCodes`).',
  cancelled: 'Its owner cancelled it.',
  'endpoint-disabled': 'The webhook was disabled while the delivery waited.',
  'endpoint-deleted': 'The webhook was deleted while the delivery waited.',
  'endpoint-gone': 'The receiver responded 410, which disables the webhook.',
  'endpoint-failing': 'The webhook failed for days and was disabled.',
  'url-refused': 'The URL is not allowed any more.',
  'render-failed': 'The profile could not turn the event into a request.',
  'profile-cannot-express': 'The profile has no request for this type of event.',
  'claims-used-up': 'Workers stopped five times while they were sending the delivery.',
  'backlog-full': 'Too many deliveries waited for the paused webhook.',
  erased: 'The data of the delivery was erased while the delivery waited.',
  operator: 'The people who run the service disabled the webhook.',
  'endpoint-unreadable':
    'The stored webhook cannot be read. The delivery waits until the service repairs the webhook.',
  'headers-unreadable': 'The stored headers cannot be read. The delivery waits until they are set again.',
  'secret-unreadable': 'The stored secret cannot be read. The delivery waits until the secret is rotated.',
  'secret-missing':
    'The profile needs a secret, and there is none. The delivery waits until a secret is set.',
};

/** Why an endpoint did not get an event. */
const MISMATCHES: Readonly<Record<Mismatch, string>> = {
  deleted: 'It was deleted.',
  disabled: 'It is disabled.',
  'test-for-another-endpoint': 'The event was a test of another webhook.',
  'callback-instead': 'The message had a callback URL, which replaces the webhooks.',
  'created-later': 'It was registered after the event.',
  'profile-cannot-express': 'Its profile has no request for this type of event.',
  events: 'It is subscribed to other events.',
  'phone-numbers': 'It gets only events of its phone numbers. This event has another number, or none.',
};

/** Why a pending delivery is not sent right now. */
const WAIT_REASONS: Readonly<Record<WaitReason, string>> = {
  disabled: 'Its webhook is disabled or deleted: it will be discarded.',
  paused: 'Its webhook is paused.',
  'retry-after': 'The receiver asked for a pause.',
  repair:
    'Stored data of its webhook cannot be used: see `reason`. The delivery is tried again every minute.',
  schedule: 'Its next attempt is due later.',
  order: 'Another delivery of the same subject comes first: `waitsFor` is the id of that delivery.',
  failing: 'It is due, but its webhook keeps failing, so few deliveries are sent.',
  limit: 'It is due, but `maxThroughputPerMinute` is used up.',
  concurrency: 'It is due, but `maxInFlight` requests are in flight.',
  queue: 'It is due, and waits for room in a worker.',
};

/** One of the keys of `meanings`, or `null`. The description of the schema lists what each key means. */
function oneOf(description: string, meanings: Readonly<Record<string, string>>): JsonSchema {
  const list = Object.entries(meanings).map(([value, meaning]) => `- \`${value}\`: ${meaning}`);
  return nullable(text(`${description}\n\n${list.join('\n')}`, { enum: Object.keys(meanings) }));
}

export const reason = (description: string): JsonSchema => oneOf(description, REASONS);

export const mismatch = (description: string): JsonSchema => oneOf(description, MISMATCHES);

export const waitReason = (description: string): JsonSchema => oneOf(description, WAIT_REASONS);
