import { eventExample } from '../../libs/webhooks/src/events/catalogue/event-example.js';
import type { WebhookEvent } from '../../libs/webhooks/src/events/event.js';
import type { CatalogueEventType } from '../../libs/webhooks/src/events/event-map.js';
import { assertRendering } from '../../libs/webhooks/src/testing/profile-kit.js';
import { httpsms } from '../../libs/webhooks/src/profiles/dialects/httpsms.js';
import { mobileTextAlerts } from '../../libs/webhooks/src/profiles/dialects/mobile-text-alerts.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { mysmsgate } from '../../libs/webhooks/src/profiles/dialects/mysmsgate.js';
import { opensms } from '../../libs/webhooks/src/profiles/dialects/opensms.js';
import type { Profile } from '../../libs/webhooks/src/profiles/profile.js';
import { itForAll } from '../support/it-for-all.js';

interface Example {
  document: string;
  profile: Profile;
  type: CatalogueEventType;
  at: string;
  event?: Partial<WebhookEvent>;
  data: unknown;
  name: string;
  body: string;
}

const ginMessage = { id: 'msg_1234567890', direction: 'out', to: '+256701521269', from: 'MyApp' };
const openMessage = { id: 'msg_123456', direction: 'out', to: '254712345678', from: 'OPENSMS' };
const httpMessage = {
  id: 'ff313c14-17a3-4f74-bcb2-ca77213a64af',
  direction: 'out',
  from: '+18005550199',
  to: '+18005550100',
  body: 'x',
};

const documents: Example[] = [
  {
    document: 'MsGine, Webhook Payload',
    profile: msgine(),
    type: 'message.delivered',
    at: '2024-01-15T10:30:15.999Z',
    data: { message: { ...ginMessage, providerId: 'SM1234567890abcdef' } },
    name: 'message.delivered',
    body: '{"id":"msg_1234567890","event":"message.delivered","status":"delivered","to":"+256701521269","from":"MyApp","timestamp":"2024-01-15T10:30:15Z","messageId":"msg_1234567890","sid":"SM1234567890abcdef"}',
  },
  {
    document: 'OpenSMS, SMS Delivered',
    profile: opensms(),
    type: 'message.delivered',
    at: '2024-01-13T12:00:00.001Z',
    data: { message: openMessage },
    name: 'sms.delivered',
    body: '{"event":"sms.delivered","message_id":"msg_123456","phone":"+254712345678","status":"delivered","timestamp":"2024-01-13T12:00:00Z"}',
  },
  {
    document: 'OpenSMS, SMS Failed',
    profile: opensms(),
    type: 'message.failed',
    at: '2024-01-13T12:00:00Z',
    data: { message: { ...openMessage, errorMessage: 'Invalid phone number' } },
    name: 'sms.failed',
    body: '{"event":"sms.failed","message_id":"msg_123456","phone":"+254712345678","status":"failed","error":"Invalid phone number","timestamp":"2024-01-13T12:00:00Z"}',
  },
  {
    document: 'OpenSMS, SMS Pending',
    profile: opensms(),
    type: 'message.queued',
    at: '2024-01-13T12:00:00Z',
    data: { message: openMessage },
    name: 'sms.pending',
    body: '{"event":"sms.pending","message_id":"msg_123456","phone":"+254712345678","status":"pending","timestamp":"2024-01-13T12:00:00Z"}',
  },
  {
    document: 'MySMSGate, Incoming SMS Payload Example',
    profile: mysmsgate(),
    type: 'message.received',
    at: '2023-03-15T13:20:00.750Z',
    data: {
      message: {
        id: 1,
        direction: 'in',
        from: '+1234567890',
        to: '+1987654321',
        body: 'Hello, how are you?',
        deviceId: 'your_device_uuid',
        sim: 0,
      },
    },
    name: 'incoming-sms',
    body: '{"from":"+1234567890","to":"+1987654321","message":"Hello, how are you?","device_id":"your_device_uuid","sim_slot":0,"timestamp":1678886400}',
  },
  {
    document: 'MySMSGate, Delivery Report Payload Example',
    profile: mysmsgate(),
    type: 'message.delivered',
    at: '2023-03-15T13:20:00Z',
    data: {
      message: {
        id: 'unique_message_identifier',
        direction: 'out',
        from: '+1987654321',
        to: '+1234567890',
        statusText: 'DELIVERED_TO_HANDSET',
        deviceId: 'your_device_uuid',
      },
    },
    name: 'delivery-report',
    body: '{"message_id":"unique_message_identifier","to":"+1234567890","status":"delivered","status_text":"DELIVERED_TO_HANDSET","device_id":"your_device_uuid","sim_slot":0,"refunded":false,"timestamp":1678886400}',
  },
];

/**
 * Payloads that the documents do not print. Other public pages show them: the code of receivers, and the source code of
 * httpSMS.
 */
const contracts: Example[] = [
  {
    document: 'Mobile Text Alerts, V3 message-reply',
    profile: mobileTextAlerts(),
    type: 'message.received',
    at: '2026-09-03T12:30:00Z',
    data: {
      message: {
        id: 7,
        replyId: 'reply-1',
        externalId: 'outbound-1',
        direction: 'in',
        from: '+15555550123',
        to: '+15555550999',
        body: 'STOP',
        tags: { key: 'value' },
      },
    },
    name: 'message-reply',
    body: '{"fromNumber":"+15555550123","toNumber":"+15555550999","replyId":"reply-1","externalId":"outbound-1","message":"STOP","timestamp":"2026-09-03T12:30:00.000Z","tags":{"key":"value"}}',
  },
  {
    document: 'httpSMS, message.phone.received',
    profile: httpsms(),
    type: 'message.received',
    at: '2023-06-29T03:21:19.814Z',
    event: {
      uuid: 'f4aed1d3-ab4f-42b9-b9dd-9fc7182f7197',
      tenantId: 'XtABz6zdeFMoBLoltz6SREDvRSh2',
      createdAt: Date.parse('2023-06-29T03:21:19.524Z'),
    },
    data: {
      message: {
        id: '0b0123bb-ef2e-468f-908a-c026d51636aa',
        direction: 'in',
        from: '+18005550100',
        to: '+18005550199',
        body: 'This is a test incoming message',
        sim: 0,
      },
    },
    name: 'message.phone.received',
    body: '{"specversion":"1.0","id":"f4aed1d3-ab4f-42b9-b9dd-9fc7182f7197","source":"/v1/messages/receive","type":"message.phone.received","datacontenttype":"application/json","time":"2023-06-29T03:21:19.524Z","data":{"message_id":"0b0123bb-ef2e-468f-908a-c026d51636aa","user_id":"XtABz6zdeFMoBLoltz6SREDvRSh2","owner":"+18005550199","encrypted":false,"contact":"+18005550100","timestamp":"2023-06-29T03:21:19.814Z","content":"This is a test incoming message","sim":"SIM1","attachments":null}}',
  },
  {
    document: 'httpSMS, message.phone.sent',
    profile: httpsms(),
    type: 'message.sent',
    at: '2023-07-17T19:05:45.166Z',
    event: {
      uuid: 'cf241cb9-0762-43d0-8b74-4f763f788c93',
      tenantId: 'TcZ3PaOieTexxXJKAQJWO8rr1Mv1',
      createdAt: Date.parse('2023-07-17T19:05:45.877Z'),
    },
    data: {
      message: {
        ...httpMessage,
        from: '+18005550100',
        body: 'This is a test outgoing message',
        externalId: 'optional request id',
      },
    },
    name: 'message.phone.sent',
    body: '{"specversion":"1.0","id":"cf241cb9-0762-43d0-8b74-4f763f788c93","source":"/v1/messages/ff313c14-17a3-4f74-bcb2-ca77213a64af/events","type":"message.phone.sent","datacontenttype":"application/json","time":"2023-07-17T19:05:45.877Z","data":{"id":"ff313c14-17a3-4f74-bcb2-ca77213a64af","user_id":"TcZ3PaOieTexxXJKAQJWO8rr1Mv1","request_id":"optional request id","owner":"+18005550100","contact":"+18005550100","encrypted":false,"timestamp":"2023-07-17T19:05:45.166Z","content":"This is a test outgoing message","sim":"SIM1"}}',
  },
  {
    document: 'httpSMS, message.phone.delivered',
    profile: httpsms(),
    type: 'message.delivered',
    at: '2023-07-17T18:54:22.262Z',
    event: {
      uuid: 'f4b86c6d-8c90-4ba7-a599-516a27f1a1e9',
      tenantId: 'XtABz6zdeFMoBLoltz6SREDvRSh2',
      createdAt: Date.parse('2023-07-17T18:54:20.012Z'),
    },
    data: {
      message: {
        id: '5be8f09e-7007-4fe9-86b6-591d63fd38ad',
        direction: 'out',
        from: '+18005550100',
        to: '+18005550100',
        body: 'This is a sample outgoing message',
        sim: 1,
      },
    },
    name: 'message.phone.delivered',
    body: '{"specversion":"1.0","id":"f4b86c6d-8c90-4ba7-a599-516a27f1a1e9","source":"/v1/messages/5be8f09e-7007-4fe9-86b6-591d63fd38ad/events","type":"message.phone.delivered","datacontenttype":"application/json","time":"2023-07-17T18:54:20.012Z","data":{"id":"5be8f09e-7007-4fe9-86b6-591d63fd38ad","owner":"+18005550100","contact":"+18005550100","request_id":null,"user_id":"XtABz6zdeFMoBLoltz6SREDvRSh2","encrypted":false,"timestamp":"2023-07-17T18:54:22.262Z","content":"This is a sample outgoing message","sim":"SIM2"}}',
  },
  {
    document: 'httpSMS, message.send.failed',
    profile: httpsms(),
    type: 'message.failed',
    at: '2026-01-01T00:00:00Z',
    event: {
      uuid: 'aaaaaaaa-0000-7000-8000-000000000001',
      tenantId: 'U1',
      createdAt: Date.UTC(2026, 0, 1, 0, 0, 0, 100),
    },
    data: { message: { ...httpMessage, errorMessage: 'GENERIC_FAILURE' } },
    name: 'message.send.failed',
    body: '{"specversion":"1.0","id":"aaaaaaaa-0000-7000-8000-000000000001","source":"/v1/messages/ff313c14-17a3-4f74-bcb2-ca77213a64af/events","type":"message.send.failed","datacontenttype":"application/json","time":"2026-01-01T00:00:00.100Z","data":{"id":"ff313c14-17a3-4f74-bcb2-ca77213a64af","error_message":"GENERIC_FAILURE","user_id":"U1","owner":"+18005550199","request_id":null,"contact":"+18005550100","timestamp":"2026-01-01T00:00:00.000Z","encrypted":false,"content":"x","sim":"SIM1"}}',
  },
  {
    document: 'httpSMS, message.send.expired',
    profile: httpsms(),
    type: 'message.expired',
    at: '2026-01-01T00:00:00Z',
    event: { uuid: 'aaaaaaaa-0000-7000-8000-000000000001', tenantId: 'U1', source: '/v1/messages/bulk-send' },
    data: { message: { ...httpMessage, attemptCount: 1, maxAttempts: 2, isFinal: false } },
    name: 'message.send.expired',
    body: '{"specversion":"1.0","id":"aaaaaaaa-0000-7000-8000-000000000001","source":"/v1/messages/bulk-send","type":"message.send.expired","datacontenttype":"application/json","time":"2026-01-01T00:00:00.000Z","data":{"message_id":"ff313c14-17a3-4f74-bcb2-ca77213a64af","owner":"+18005550199","send_attempt_count":1,"is_final":false,"request_id":null,"contact":"+18005550100","encrypted":false,"user_id":"U1","timestamp":"2026-01-01T00:00:00.000Z","content":"x","sim":"SIM1"}}',
  },
  {
    document: 'httpSMS, message.call.missed',
    profile: httpsms(),
    type: 'call.missed',
    at: '2026-01-01T00:00:00Z',
    event: { uuid: 'aaaaaaaa-0000-7000-8000-000000000001', tenantId: 'U1' },
    data: { message: { id: 9, direction: 'in', from: '+18005550100', to: '+18005550199' } },
    name: 'message.call.missed',
    body: '{"specversion":"1.0","id":"aaaaaaaa-0000-7000-8000-000000000001","source":"/v1/messages/calls/missed","type":"message.call.missed","datacontenttype":"application/json","time":"2026-01-01T00:00:00.000Z","data":{"message_id":"9","user_id":"U1","owner":"+18005550199","contact":"+18005550100","timestamp":"2026-01-01T00:00:00.000Z","sim":"SIM1"}}',
  },
  {
    document: 'httpSMS, phone.heartbeat.online',
    profile: httpsms(),
    type: 'phone.online',
    at: '2026-01-01T00:00:00Z',
    event: { uuid: 'aaaaaaaa-0000-7000-8000-000000000001', tenantId: 'U1' },
    data: {
      phone: {
        id: 'p1',
        number: '+18005550199',
        monitorId: 'm1',
        lastHeartbeatAt: Date.UTC(2025, 11, 31, 23),
      },
    },
    name: 'phone.heartbeat.online',
    body: '{"specversion":"1.0","id":"aaaaaaaa-0000-7000-8000-000000000001","source":"/v1/heartbeats","type":"phone.heartbeat.online","datacontenttype":"application/json","time":"2026-01-01T00:00:00.000Z","data":{"phone_id":"p1","user_id":"U1","last_heartbeat_timestamp":"2025-12-31T23:00:00.000Z","timestamp":"2026-01-01T00:00:00.000Z","monitor_id":"m1","owner":"+18005550199"}}',
  },
];

function bodyOf({
  profile,
  type,
  at,
  event,
  data,
  name,
}: Omit<Example, 'body' | 'document'>): string | undefined {
  const rendered = assertRendering(
    profile,
    eventExample(type, { occurredAt: Date.parse(at), data, ...event }),
  );
  return rendered.find((wire) => wire.type === name)?.body;
}

describe('The example payloads of the platforms’ documents', () => {
  itForAll(documents)('come out byte for byte', (example) => {
    expect(bodyOf(example)).toBe(example.body);
  });

  it('include MsGine’s example of a failed message, followed by the fields that are only in MsGine’s table of fields', () => {
    const body = bodyOf({
      profile: msgine(),
      type: 'message.failed',
      at: '2024-01-15T10:30:15Z',
      data: {
        message: {
          ...ginMessage,
          providerId: 'SM1234567890abcdef',
          errorMessage: 'Invalid phone number',
          errorCode: 'invalid_phone_number',
        },
      },
      name: 'message.failed',
    });

    const example =
      '{"id":"msg_1234567890","event":"message.failed","status":"failed","to":"+256701521269","from":"MyApp","timestamp":"2024-01-15T10:30:15Z","failureReason":"Invalid phone number","errorCode":"invalid_phone_number"}';
    expect(body).toBe(`${example.slice(0, -1)},"messageId":"msg_1234567890","sid":"SM1234567890abcdef"}`);
  });
});

describe('Payloads that other public pages show', () => {
  itForAll(contracts)('come out byte for byte', (example) => {
    expect(bodyOf(example)).toBe(example.body);
  });

  it('include the V3 delivery-status of Mobile Text Alerts, followed by `type`', () => {
    const body = bodyOf({
      profile: mobileTextAlerts(),
      type: 'message.delivered',
      at: '2026-09-03T12:00:00Z',
      data: {
        message: {
          id: 'mta-42',
          externalId: 'customer-message-id',
          direction: 'out',
          from: 'Example',
          to: '+15555550123',
        },
      },
      name: 'delivery-status',
    });

    const example =
      '{"messageId":"mta-42","externalId":"customer-message-id","status":4,"timestamp":"2026-09-03T12:00:00.000Z","toNumber":"+15555550123"}';
    expect(body).toBe(`${example.slice(0, -1)},"type":"delivery-status"}`);
  });
});
