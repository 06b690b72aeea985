import { createHmac, createPrivateKey, sign } from 'node:crypto';
import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';

/** A request of a platform, made only from the platform's document, without any code of this project. */
export interface SignedRequest {
  headers: Record<string, string>;
  body: string;
}

const hex = (secret: string, body: string): string => createHmac('sha256', secret).update(body).digest('hex');

export const hmacRequest =
  (header: string) =>
  (body: string, secret: string): SignedRequest => ({
    headers: { 'content-type': 'application/json', [header]: hex(secret, body) },
    body,
  });

export const msgineRequest = hmacRequest('x-msgine-signature');
export const opensmsRequest = hmacRequest('x-opensms-signature');
export const mysmsgateRequest = hmacRequest('x-mysmsgate-signature');
export const mobileTextAlertsRequest = hmacRequest('x-signature');

export interface StandardParts {
  id?: string;
  /** Unix seconds. */
  at?: number;
  contentType?: string;
}

const now = (): number => Math.floor(Date.now() / 1000);

/** A `whsec_…` secret signs as v1, and a `whsk_…` secret signs as v1a. Several secrets make several signatures. */
export function standardRequest(
  body: string,
  secrets: string | string[],
  { id = 'evt_1', at = now(), contentType = 'application/json' }: StandardParts = {},
): SignedRequest {
  const content = `${id}.${at}.${body}`;
  return {
    headers: {
      'content-type': contentType,
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': [secrets]
        .flat()
        .map((secret) => standardSignature(secret, content))
        .join(' '),
    },
    body,
  };
}

export function standardSignature(secret: string, content: string): string {
  if (!secret.startsWith('whsk_')) {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  }
  const pair = Buffer.from(secret.slice(5), 'base64');
  const [d, x] = [pair.subarray(0, 32), pair.subarray(32)].map((part) => part.toString('base64url'));
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' });
  return `v1a,${sign(null, Buffer.from(content), key).toString('base64')}`;
}

export interface TokenParts {
  /** Unix seconds. */
  at?: number;
  audience?: string;
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}

export function httpsmsToken(
  key: string,
  {
    at = now(),
    audience = 'https://example.com/hook',
    header = { alg: 'HS256', typ: 'JWT' },
    claims,
  }: TokenParts = {},
): string {
  const all = {
    iss: 'api.httpsms.com',
    sub: 'XtABz6zdeFMoBLoltz6SREDvRSh2',
    aud: [audience],
    exp: at + 600,
    nbf: at - 600,
    iat: at,
    ...claims,
  };
  const parts = [header, all]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${parts}.${createHmac('sha256', key).update(parts).digest('base64url')}`;
}

export function httpsmsRequest(body: string, key: string, parts: TokenParts = {}): SignedRequest {
  const { type } = JSON.parse(body) as { type: string };
  return {
    headers: {
      'content-type': 'application/json',
      'x-event-type': type,
      authorization: `Bearer ${httpsmsToken(key, parts)}`,
    },
    body,
  };
}

/** One good secret for each profile. */
export const secretOf: Record<WebhookProfile, string> = {
  standard: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'standard-cloudevents': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  msgine: 'whsec_test_secret',
  opensms: 'opensms-secret-of-this-webhook',
  mysmsgate: 'mysmsgate-api-key',
  'mobile-text-alerts': 'abc123-abc2-cde1-1234-xyz123456',
  httpsms: 'signing-key-1',
};

/** One documented body for each profile. */
export const bodyOf: Record<WebhookProfile, string> = {
  standard:
    '{"type":"message.delivered","timestamp":"2024-01-15T10:30:15.000Z","data":{"message":{"id":"msg_1"}}}',
  'standard-cloudevents':
    '{"specversion":"1.0","id":"f4b86c6d-8c90-4ba7-a599-516a27f1a1e9","source":"/","type":"message.delivered","data":{}}',
  msgine:
    '{"id":"msg_1234567890","event":"message.delivered","status":"delivered","to":"+256701521269","from":"MyApp","timestamp":"2024-01-15T10:30:15Z","messageId":"msg_1234567890","sid":"SM1234567890abcdef"}',
  opensms:
    '{"event":"sms.failed","message_id":"msg_123456","phone":"+254712345678","status":"failed","error":"Invalid phone number","timestamp":"2024-01-13T12:00:00Z"}',
  mysmsgate:
    '{"message_id":"unique_message_identifier","to":"+1234567890","status":"delivered","status_text":"DELIVERED_TO_HANDSET","device_id":"your_device_uuid","sim_slot":0,"refunded":false,"timestamp":1678886400}',
  'mobile-text-alerts':
    '{"messageId":"mta-42","externalId":"customer-message-id","status":4,"timestamp":"2026-09-03T12:00:00.000Z","toNumber":"+15555550123"}',
  httpsms:
    '{"specversion":"1.0","id":"f4b86c6d-8c90-4ba7-a599-516a27f1a1e9","source":"/v1/messages/5be8f09e-7007-4fe9-86b6-591d63fd38ad/events","type":"message.phone.delivered","datacontenttype":"application/json","time":"2023-07-17T18:54:20.012355134Z","data":{"id":"5be8f09e-7007-4fe9-86b6-591d63fd38ad","owner":"+18005550100","contact":"+18005550100","request_id":null,"user_id":"XtABz6zdeFMoBLoltz6SREDvRSh2","encrypted":false,"timestamp":"2023-07-17T18:54:22.262Z","content":"This is a sample outgoing message","sim":"SIM2"}}',
};

/** A request as the profile's platform sends it. */
export const requestOf: Record<WebhookProfile, (body: string, secret: string) => SignedRequest> = {
  standard: (body, secret) => standardRequest(body, secret),
  'standard-cloudevents': (body, secret) =>
    standardRequest(body, secret, { contentType: 'application/cloudevents+json' }),
  msgine: msgineRequest,
  opensms: opensmsRequest,
  mysmsgate: mysmsgateRequest,
  'mobile-text-alerts': mobileTextAlertsRequest,
  httpsms: (body, secret) => httpsmsRequest(body, secret),
};
