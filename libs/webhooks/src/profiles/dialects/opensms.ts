import type { WebhookEvent } from '../../events/event.js';
import { bodySignature, type BodySignatureOptions } from '../body-signature.js';
import { isFinalExpiry, messageOf } from '../event-data.js';
import { is2xx, MINUTE, plainRegistration, platformPolicy, retryAlways } from '../profile-defaults.js';
import { internationalNumber, isoSeconds, renderByType, wireEvent } from '../rendering.js';
import { defineProfile, type Profile, type WireEvent } from '../profile.js';
import { textSecret } from '../text-secret.js';

/**
 * Options of {@link opensms}. The guide of OpenSMS defines no signature, no owner of the secret and no retries: these defaults are
 * this module's.
 */
export interface OpensmsOptions {
  /** Default: header `X-OpenSMS-Signature`, lower-case hex HMAC-SHA256 of the body. */
  signature?: BodySignatureOptions;
  /** Who owns the secret: each endpoint, or the account. Default `endpoint`. */
  secretOwner?: 'endpoint' | 'account';
  /** Counts only a 200 as a success, as in the guide, and not every 2xx. Default false. */
  strict200?: boolean;
  /** How long to wait before each retry (ms); `[]`: no retries. Default: 1, 5 and 15 minutes. */
  schedule?: readonly number[];
}

const EVENTS = {
  'sms.delivered': 'message.delivered',
  'sms.failed': 'message.failed',
  'sms.pending': 'message.queued',
} as const;

/** OpenSMS's webhooks: flat JSON in snake case. Signature and retries are this module's, because the guide defines none. */
export function opensms({
  signature = {},
  secretOwner = 'endpoint',
  strict200 = false,
  schedule = [MINUTE, 5 * MINUTE, 15 * MINUTE],
}: OpensmsOptions = {}): Profile {
  return defineProfile({
    ...platformPolicy,
    name: 'opensms',
    title: 'OpenSMS',
    render: renderByType({
      'message.queued': (event) => report(event, 'pending'),
      'message.delivered': (event) => report(event, 'delivered'),
      'message.failed': (event) =>
        report(event, 'failed', messageOf(event).errorMessage ?? 'Message delivery failed'),
      'message.expired': (event) => {
        const message = messageOf(event);
        return isFinalExpiry(message)
          ? report(event, 'failed', message.errorMessage ?? 'Message expired')
          : [];
      },
    }),
    headers: bodySignature({ ...signature, header: signature.header ?? 'x-opensms-signature' }),
    secret: textSecret({ owner: secretOwner, required: false, shortest: 16, longest: 255 }),
    registration: { ...plainRegistration, eventNames: Object.keys(EVENTS) },
    isSuccess: strict200 ? (status) => status === 200 : is2xx,
    onFailure: retryAlways,
    schedule,
    testType: 'message.delivered',
    testTypes: EVENTS,
  });
}

function report(
  event: WebhookEvent,
  status: 'pending' | 'delivered' | 'failed',
  error?: string,
): WireEvent[] {
  const message = messageOf(event);
  const type = `sms.${status}`;
  return [
    wireEvent(type, {
      event: type,
      message_id: String(message.id),
      phone: internationalNumber(message.to),
      status,
      error,
      timestamp: isoSeconds(event.occurredAt),
    }),
  ];
}
