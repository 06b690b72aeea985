import type { WebhookEvent } from '../../events/event.js';
import type { WebhookMessage } from '../../events/message.js';
import { cloudEvent } from '../cloud-event.js';
import { isFinalExpiry, messageOf, phoneOf } from '../event-data.js';
import type { WireEvent } from '../profile.js';
import { isoMilliseconds, renderByType, wireEvent } from '../rendering.js';

/**
 * httpSMS's eight events. The keys have the order of the platform's own structs and are always present: a field that the
 * message does not set is `null` or has a default. The message's id is `message_id` in `received`, `expired` and `missed`,
 * and `id` in `sent`, `delivered` and `failed`.
 */
export const httpsmsRender = renderByType({
  'message.received': messageRenderer((message, common) => ({
    type: 'message.phone.received',
    source: '/v1/messages/receive',
    data: {
      message_id: common.id,
      user_id: common.user_id,
      owner: common.owner,
      encrypted: common.encrypted,
      contact: common.contact,
      timestamp: common.timestamp,
      content: common.content,
      sim: common.sim,
      attachments: message.attachments ?? null,
    },
  })),
  'message.sent': messageRenderer((_, common) => ({
    type: 'message.phone.sent',
    source: `/v1/messages/${common.id}/events`,
    data: {
      id: common.id,
      user_id: common.user_id,
      request_id: common.request_id,
      owner: common.owner,
      contact: common.contact,
      encrypted: common.encrypted,
      timestamp: common.timestamp,
      content: common.content,
      sim: common.sim,
    },
  })),
  'message.delivered': messageRenderer((_, common) => ({
    type: 'message.phone.delivered',
    source: `/v1/messages/${common.id}/events`,
    data: {
      id: common.id,
      owner: common.owner,
      contact: common.contact,
      request_id: common.request_id,
      user_id: common.user_id,
      encrypted: common.encrypted,
      timestamp: common.timestamp,
      content: common.content,
      sim: common.sim,
    },
  })),
  'message.failed': messageRenderer((message, common) => ({
    type: 'message.send.failed',
    source: `/v1/messages/${common.id}/events`,
    data: {
      id: common.id,
      error_message: message.errorMessage ?? 'UNKNOWN ERROR',
      user_id: common.user_id,
      owner: common.owner,
      request_id: common.request_id,
      contact: common.contact,
      timestamp: common.timestamp,
      encrypted: common.encrypted,
      content: common.content,
      sim: common.sim,
    },
  })),
  'message.expired': messageRenderer((message, common) => ({
    type: 'message.send.expired',
    source: '/v1/messages/send',
    data: {
      message_id: common.id,
      owner: common.owner,
      send_attempt_count: message.attemptCount ?? 1,
      is_final: isFinalExpiry(message),
      request_id: common.request_id,
      contact: common.contact,
      encrypted: common.encrypted,
      user_id: common.user_id,
      timestamp: common.timestamp,
      content: common.content,
      sim: common.sim,
    },
  })),
  'call.missed': messageRenderer((_, common) => ({
    type: 'message.call.missed',
    source: '/v1/messages/calls/missed',
    data: {
      message_id: common.id,
      user_id: common.user_id,
      owner: common.owner,
      contact: common.contact,
      timestamp: common.timestamp,
      sim: common.sim,
    },
  })),
  'phone.offline': (event) => [heartbeat(event, 'phone.heartbeat.offline')],
  'phone.online': (event) => [heartbeat(event, 'phone.heartbeat.online')],
});

interface Envelope {
  type: string;
  /** Default `source`: the path in httpSMS's API whose call causes the event. */
  source: string;
  data: object;
}

function messageRenderer(build: (message: WebhookMessage, common: ReturnType<typeof commonOf>) => Envelope) {
  return (event: WebhookEvent): WireEvent[] => {
    const message = messageOf(event);
    return [wrap(event, build(message, commonOf(event, message)))];
  };
}

function wrap(event: WebhookEvent, { type, source, data }: Envelope): WireEvent {
  const time = event.createdAt;
  return wireEvent(type, cloudEvent(event.uuid, { type, source: event.source ?? source, time, data }));
}

/** Fields that most events share. `owner` is the account's own number, and `contact` is the other party's number. */
function commonOf(event: WebhookEvent, message: WebhookMessage) {
  const isOutgoing = message.direction === 'out';
  return {
    id: String(message.id),
    user_id: event.tenantId,
    request_id: message.externalId ?? null,
    owner: isOutgoing ? message.from : message.to,
    contact: isOutgoing ? message.to : message.from,
    encrypted: message.encrypted ?? false,
    timestamp: isoMilliseconds(event.occurredAt),
    content: message.body ?? '',
    sim: message.sim === 1 ? 'SIM2' : 'SIM1',
  };
}

function heartbeat(event: WebhookEvent, type: string): WireEvent {
  const phone = phoneOf(event);
  const data = {
    phone_id: phone.id,
    user_id: event.tenantId,
    last_heartbeat_timestamp: new Date(phone.lastHeartbeatAt).toISOString(),
    timestamp: isoMilliseconds(event.occurredAt),
    monitor_id: phone.monitorId,
    owner: phone.number,
  };
  return wrap(event, { type, source: '/v1/heartbeats', data });
}
