import type { WebhookEvent } from '../../events/event.js';
import { bodySignature } from '../body-signature.js';
import { isFinalExpiry, messageOf, optInOf } from '../event-data.js';
import { failureCause, type FailureCause } from '../failure-cause.js';
import { HOUR, MINUTE, plainRegistration, platformPolicy, retryAsEndpointAsks } from '../profile-defaults.js';
import { isInternationalNumber, isoMilliseconds, renderByType, wireEvent } from '../rendering.js';
import { defineProfile, type Profile, type WireEvent } from '../profile.js';
import { textSecret } from '../text-secret.js';

/** Options of {@link mobileTextAlerts}. */
export interface MobileTextAlertsOptions {
  /** Version of the `delivery-status` body. The other three events have one version. Default `V3`, the platform's own default. */
  payloadVersion?: 'V1' | 'V3';
  /**
   * How long to wait before each retry (ms), for endpoints with `retryOnError`. The platform documents two retries with
   * growing waits, but not the length of these waits. Default: 1 and 5 minutes.
   */
  schedule?: readonly number[];
}

const EVENTS = {
  'message-reply': 'message.received',
  'delivery-status': 'message.delivered',
  'message-send': 'message.sent',
  'number-opt-in': 'number.opted_in',
} as const;

/** Status codes of Mobile Text Alerts for failures. */
const FAILURE_STATUS: Record<FailureCause, number> = {
  sending: 5,
  delivery: 6,
  rejected: 8,
  undelivered: 9,
  'invalid-number': 10,
  'stopped-number': 11,
  landline: 12,
  'send-rejected': 13,
};

/**
 * Mobile Text Alerts' webhooks: one event name per endpoint, `X-Signature`, only 200 is a success, and the endpoint decides
 * what is retried.
 */
export function mobileTextAlerts({
  payloadVersion = 'V3',
  schedule = [MINUTE, 5 * MINUTE],
}: MobileTextAlertsOptions = {}): Profile {
  const status = payloadVersion === 'V3' ? statusV3 : statusV1;
  return defineProfile({
    ...platformPolicy,
    name: 'mobile-text-alerts',
    title: 'Mobile Text Alerts',
    render: renderByType({
      'message.queued': (event) => [status(event, 1)],
      'message.sending': (event) => [status(event, 2)],
      'message.sent': (event) => [send(event), status(event, 3)],
      'message.delivered': (event) => [status(event, 4)],
      'message.failed': (event) => [status(event, FAILURE_STATUS[failureCause(messageOf(event))])],
      'message.expired': (event) => (isFinalExpiry(messageOf(event)) ? [status(event, 9)] : []),
      'message.unconfirmed': (event) => [status(event, 7)],
      'message.received': (event) => [reply(event)],
      'number.opted_in': (event) => [optIn(event)],
    }),
    headers: bodySignature({ header: 'x-signature' }),
    secret: textSecret({
      owner: 'endpoint',
      required: true,
      callerSupplied: true,
      shortest: 1,
      longest: 512,
    }),
    registration: {
      ...plainRegistration,
      eventNames: Object.keys(EVENTS),
      wildcards: false,
      maxEvents: 1,
      maxThroughputPerMinute: 600,
      fields: ['alertEmail', 'sendAlertEmail', 'skipErrors', 'skipErrorCodes', 'retryOnError'],
    },
    isSuccess: (code) => code === 200,
    onFailure: retryAsEndpointAsks,
    schedule,
    alerts: { onExhausted: false, onEveryFailure: true, scope: 'endpoint', atMostEveryMs: HOUR },
    testType: 'message.delivered',
    testTypes: EVENTS,
  });
}

function statusV3(event: WebhookEvent, status: number): WireEvent {
  const message = messageOf(event);
  return wireEvent('delivery-status', {
    messageId: message.id,
    externalId: message.externalId ?? null,
    status: message.statusCode ?? status,
    timestamp: isoMilliseconds(event.occurredAt),
    toNumber: message.to,
    fromNumber: isInternationalNumber(message.from) ? message.from : undefined,
    tags: message.tags,
    senderName: message.senderName,
    type: 'delivery-status',
  });
}

function statusV1(event: WebhookEvent, status: number): WireEvent {
  const message = messageOf(event);
  return wireEvent('delivery-status', {
    destinationNumber: message.to,
    messageId: message.id,
    externalId: message.externalId ?? null,
    status: message.statusCode ?? status,
    tags: message.tags,
    senderName: message.senderName,
    type: 'delivery-status',
  });
}

function reply(event: WebhookEvent): WireEvent {
  const message = messageOf(event);
  return wireEvent('message-reply', {
    fromNumber: message.from,
    toNumber: message.to,
    replyId: message.replyId ?? message.id,
    externalId: message.externalId,
    message: message.body ?? '',
    timestamp: isoMilliseconds(event.occurredAt),
    tags: message.tags,
    url: message.attachments?.[0],
  });
}

function send(event: WebhookEvent): WireEvent {
  const message = messageOf(event);
  return wireEvent('message-send', {
    messageId: message.id,
    externalId: message.externalId ?? null,
    toNumber: message.to,
    fromNumber: message.from,
    message: message.body ?? '',
    timestamp: isoMilliseconds(event.occurredAt),
    tags: message.tags,
  });
}

function optIn(event: WebhookEvent): WireEvent {
  const { type, from, to } = optInOf(event);
  return wireEvent('number-opt-in', {
    optInType: type,
    fromNumber: from,
    toNumber: to,
    timestamp: isoMilliseconds(event.occurredAt),
  });
}
