import type { WebhookMessage } from '../events/message.js';

/** Why a message failed. As detailed as the most detailed platform. */
export type FailureCause =
  | 'sending'
  | 'delivery'
  | 'rejected'
  | 'undelivered'
  | 'invalid-number'
  | 'stopped-number'
  | 'landline'
  | 'send-rejected';

const BY_ERROR_CODE = new Map<string, FailureCause>([
  ['invalid_number', 'invalid-number'],
  ['invalid_phone_number', 'invalid-number'],
  ['landline', 'landline'],
  ['opted_out', 'stopped-number'],
  ['stopped_number', 'stopped-number'],
  ['unsubscribed', 'stopped-number'],
  ['send_rejected', 'send-rejected'],
  ['sending_failed', 'sending'],
  ['rejected', 'rejected'],
  ['undelivered', 'undelivered'],
  ['unreachable', 'undelivered'],
]);

/** Returns the cause by the message's `errorCode`, else by its `status`, else `delivery`: it failed at the carrier. */
export function failureCause(message: WebhookMessage): FailureCause {
  const known = BY_ERROR_CODE.get(message.errorCode ?? '');
  if (known) return known;
  if (message.status === 'rejected' || message.status === 'undelivered') return message.status;
  return 'delivery';
}
