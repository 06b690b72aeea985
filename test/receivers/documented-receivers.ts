import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { httpsms } from './express/httpsms.js';
import { mobileTextAlerts } from './express/mobile-text-alerts.js';
import { msgine } from './express/msgine.js';
import { mysmsgate } from './express/mysmsgate.js';
import { opensms } from './express/opensms.js';
import { node, php, python, type StartReceiver } from './receiver.js';
import { interpreters } from './receiver-process.js';

/** A receiver that does what a platform's document prints or describes. */
export interface DocumentedReceiver {
  profile: WebhookProfile;
  language: 'Node' | 'Python' | 'PHP';
  /** The path at which the receiver listens. */
  path: string;
  /** `false` if this machine lacks the receiver's interpreter, or the Python packages that the receiver imports. */
  available: boolean;
  /** `false` if the document's sample checks no signature. */
  verifies: boolean;
  start: StartReceiver;
  /** The body of the receiver's response to an accepted webhook. */
  answer: string;
  /**
   * Bodies that the receiver accepts, and the line that it logs for each body. The line is `null` if the receiver ignores
   * the body.
   */
  examples: [body: string, line: string | null][];
}

const msgineBody = (event: string, more: object) =>
  JSON.stringify({
    id: 'msg_1234567890',
    event: `message.${event}`,
    status: event,
    to: '+256701521269',
    from: 'MyApp',
    timestamp: '2024-01-15T10:30:15Z',
    ...more,
  });
const ids = { messageId: 'msg_1234567890', sid: 'SM1234567890abcdef' };
const failure = { failureReason: 'Invalid phone number', errorCode: 'invalid_phone_number' };
const opensmsBody = (status: string, more: object = {}) =>
  JSON.stringify({
    event: `sms.${status}`,
    message_id: 'msg_123456',
    phone: '+254712345678',
    status,
    ...more,
    timestamp: '2024-01-13T12:00:00Z',
  });

const msgineReceiver = {
  profile: 'msgine' as const,
  verifies: true,
  path: '/webhooks/msgine',
  answer: '{"received":true}',
  examples: [
    [msgineBody('sent', ids), 'msg_1234567890 sent to carrier'],
    [msgineBody('delivered', ids), 'msg_1234567890 delivered to +256701521269'],
    [msgineBody('failed', failure), 'msg_1234567890 failed: Invalid phone number'],
    [
      msgineBody('failed', { ...ids, ...failure, failureReason: 'Numéro / "inconnu" 🙂 <a&b>' }),
      'msg_1234567890 failed: Numéro / "inconnu" 🙂 <a&b>',
    ],
  ] as [string, string][],
};

const opensmsReceiver = {
  profile: 'opensms' as const,
  verifies: false,
  path: '/webhooks/sms',
  answer: '{"status":"received"}',
  examples: [
    [opensmsBody('delivered'), 'msg_123456 is delivered'],
    [opensmsBody('failed', { error: 'Invalid phone number' }), 'msg_123456 is failed'],
    [opensmsBody('pending'), null],
  ] as [string, string | null][],
};

const mobileTextAlertsReceiver = {
  profile: 'mobile-text-alerts' as const,
  verifies: true,
  path: '/app/hooks',
  answer: '',
  examples: [
    [
      '{"messageId":"mta-42","externalId":"customer-message-id","status":4,"timestamp":"2026-09-03T12:00:00.000Z","toNumber":"+15555550123"}',
      'mta-42 has status 4',
    ],
    [
      '{"fromNumber":"+15555550123","toNumber":"+15555550999","replyId":"reply-1","externalId":"outbound-1","message":"STOP","timestamp":"2026-09-03T12:30:00.000Z","tags":{"key":"value"}}',
      '+15555550123 replied STOP',
    ],
  ] as [string, string][],
};

const httpsmsReceiver = {
  profile: 'httpsms' as const,
  verifies: true,
  path: '/httpsms',
  answer: '',
  examples: [
    [
      '{"specversion":"1.0","id":"f4aed1d3-ab4f-42b9-b9dd-9fc7182f7197","source":"/v1/messages/receive","type":"message.phone.received","datacontenttype":"application/json","time":"2023-06-29T03:21:19.524331882Z","data":{"message_id":"0b0123bb-ef2e-468f-908a-c026d51636aa","user_id":"XtABz6zdeFMoBLoltz6SREDvRSh2","owner":"+18005550199","encrypted":false,"contact":"+18005550100","timestamp":"2023-06-29T03:21:19.814Z","content":"This is a test incoming message","sim":"SIM1","attachments":null}}',
      'message.phone.received from /v1/messages/receive',
    ],
  ] as [string, string][],
};

const pythonAvailable = interpreters.python !== null;
const pythonJwtAvailable = interpreters.pythonJwt;
const phpAvailable = interpreters.php !== null;

export const documentedReceivers: DocumentedReceiver[] = [
  { ...msgineReceiver, language: 'Node', available: true, start: node(msgine) },
  { ...msgineReceiver, language: 'Python', available: pythonAvailable, start: python('msgine') },
  { ...msgineReceiver, language: 'PHP', available: phpAvailable, start: php('msgine') },
  { ...opensmsReceiver, language: 'Node', available: true, start: node(opensms) },
  { ...opensmsReceiver, language: 'Python', available: pythonAvailable, start: python('opensms') },
  { ...opensmsReceiver, language: 'PHP', available: phpAvailable, start: php('opensms') },
  {
    profile: 'mysmsgate',
    language: 'Python',
    path: '/sms/receive',
    available: pythonAvailable,
    verifies: false,
    start: python('mysmsgate'),
    answer: '{"status":"success"}',
    examples: [
      [
        '{"from":"+1234567890","to":"+1987654321","message":"Hello, how are you?","device_id":"your_device_uuid","sim_slot":0,"timestamp":1678886400}',
        '+1234567890 to +1987654321 (your_device_uuid, SIM 0): Hello, how are you?',
      ],
    ],
  },
  {
    profile: 'mysmsgate',
    language: 'Node',
    path: '/sms/status',
    available: true,
    verifies: false,
    start: node(mysmsgate),
    answer: '{"status":"success"}',
    examples: [
      [
        '{"message_id":"unique_message_identifier","to":"+1234567890","status":"delivered","status_text":"DELIVERED_TO_HANDSET","device_id":"your_device_uuid","sim_slot":0,"refunded":false,"timestamp":1678886400}',
        'unique_message_identifier to +1234567890 delivered (DELIVERED_TO_HANDSET), refunded: No',
      ],
      [
        '{"message_id":"m2","to":"+1234567890","status":"failed","device_id":"your_device_uuid","sim_slot":1,"refunded":true,"timestamp":1678886400}',
        'm2 to +1234567890 failed (N/A), refunded: Yes',
      ],
    ],
  },
  { ...mobileTextAlertsReceiver, language: 'Node', available: true, start: node(mobileTextAlerts) },
  {
    ...mobileTextAlertsReceiver,
    language: 'Python',
    available: pythonAvailable,
    start: python('mobile_text_alerts'),
  },
  { ...mobileTextAlertsReceiver, language: 'PHP', available: phpAvailable, start: php('mobile-text-alerts') },
  { ...httpsmsReceiver, language: 'Node', available: true, start: node(httpsms) },
  { ...httpsmsReceiver, language: 'Python', available: pythonJwtAvailable, start: python('httpsms') },
];
