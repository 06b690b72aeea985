import type { WebhookEvent } from '../../events/event.js';
import { bodySignature, type BodySignatureOptions } from '../body-signature.js';
import { isFinalExpiry, messageOf } from '../event-data.js';
import { failureCause, type FailureCause } from '../failure-cause.js';
import { is2xx, MINUTE, plainRegistration, platformPolicy } from '../profile-defaults.js';
import { defineProfile, type Profile, type WireEvent } from '../profile.js';
import { renderByType, unixSeconds, wireEvent } from '../rendering.js';
import { textSecret } from '../text-secret.js';

/** Options of {@link mysmsgate}. MySMSGate documents none of this: the defaults are this module's. */
export interface MysmsgateOptions {
  /** Default: header `X-MySMSGate-Signature`, lower-case hex HMAC-SHA256 of the body. */
  signature?: BodySignatureOptions;
  /** One pause (ms) for each retry; `[]`: no retries. Default: 1, 5 and 15 minutes. */
  schedule?: readonly number[];
}

/** The two streams. The body does not name its stream: receivers know it by the URL. */
const STREAMS = { 'incoming-sms': 'message.received', 'delivery-report': 'message.delivered' } as const;

const STATUS_TEXT: Record<FailureCause, string> = {
  sending: 'SENDING_FAILED',
  delivery: 'UNDELIVERABLE',
  rejected: 'REJECTED',
  undelivered: 'UNDELIVERABLE',
  'invalid-number': 'INVALID_NUMBER',
  'stopped-number': 'STOPPED_NUMBER',
  landline: 'LANDLINE',
  'send-rejected': 'SEND_REJECTED',
};

/** MySMSGate's webhooks: incoming messages and final delivery reports, with one URL each. Signature and retries are this module's. */
export function mysmsgate({
  signature = {},
  schedule = [MINUTE, 5 * MINUTE, 15 * MINUTE],
}: MysmsgateOptions = {}): Profile {
  return defineProfile({
    ...platformPolicy,
    name: 'mysmsgate',
    title: 'MySMSGate',
    render: renderByType({
      'message.received': incoming,
      'message.delivered': (event) => report(event, 'delivered', messageOf(event).statusText ?? undefined),
      'message.failed': (event) => {
        const message = messageOf(event);
        return report(event, 'failed', message.statusText ?? STATUS_TEXT[failureCause(message)]);
      },
      'message.expired': (event) =>
        isFinalExpiry(messageOf(event)) ? report(event, 'failed', 'EXPIRED') : [],
    }),
    headers: bodySignature({ ...signature, header: signature.header ?? 'x-mysmsgate-signature' }),
    secret: textSecret({ owner: 'account', required: true, shortest: 16, longest: 255 }),
    registration: {
      ...plainRegistration,
      eventNames: Object.keys(STREAMS),
      wildcards: false,
      maxEvents: 2,
      onePerEvent: true,
    },
    isSuccess: is2xx,
    onFailure: ({ status }) => (status === null || status === 429 || status >= 500 ? 'retry' : 'fail'),
    schedule,
    testType: 'message.delivered',
    testTypes: STREAMS,
  });
}

function incoming(event: WebhookEvent): WireEvent[] {
  const message = messageOf(event);
  return [
    wireEvent('incoming-sms', {
      from: message.from,
      to: message.to,
      message: message.body ?? '',
      device_id: message.deviceId ?? '',
      sim_slot: message.sim ?? 0,
      timestamp: unixSeconds(event.occurredAt),
    }),
  ];
}

function report(event: WebhookEvent, status: 'delivered' | 'failed', statusText?: string): WireEvent[] {
  const message = messageOf(event);
  return [
    wireEvent('delivery-report', {
      message_id: String(message.id),
      to: message.to,
      status,
      status_text: statusText,
      device_id: message.deviceId ?? '',
      sim_slot: message.sim ?? 0,
      // True only for a failure that the host has marked as refunded: a refund is never assumed.
      refunded: status === 'failed' && message.refunded === true,
      timestamp: unixSeconds(event.occurredAt),
    }),
  ];
}
