import type { WebhookMessage } from '../events/message.js';

/** Why a message failed. The causes are those of Mobile Text Alerts, the platform that distinguishes the most causes. */
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

/** Returns the cause by the message's `errorCode`, else by its `status`, else `delivery` (the carrier did not deliver it). */
export function failureCause(message: WebhookMessage): FailureCause {
  const known = BY_ERROR_CODE.get(message.errorCode ?? '');
  if (known) return known;
  if (message.status === 'rejected' || message.status === 'undelivered') return message.status;
  return 'delivery';
}
