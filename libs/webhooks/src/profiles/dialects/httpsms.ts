import { jwtHs256 } from '../signatures/jwt-hs256.js';
import { httpsmsRender } from './httpsms-events.js';
import { HOUR, is2xx, plainRegistration, platformPolicy, SECOND } from '../profile-defaults.js';
import { defineProfile, type Profile } from '../profile.js';
import { textSecret } from '../text-secret.js';
import { unixSeconds } from '../rendering.js';

/** Options of {@link httpsms}. */
export interface HttpsmsOptions {
  /** `iss` of the token. Default `api.httpsms.com`, which httpSMS itself uses. */
  issuer?: string;
}

const EVENTS = {
  'message.phone.received': 'message.received',
  'message.phone.sent': 'message.sent',
  'message.phone.delivered': 'message.delivered',
  'message.send.failed': 'message.failed',
  'message.send.expired': 'message.expired',
  'message.call.missed': 'call.missed',
  'phone.heartbeat.offline': 'phone.offline',
  'phone.heartbeat.online': 'phone.online',
} as const;

/**
 * httpSMS's webhooks: CloudEvents, `X-Event-Type`, and a JSON Web Token that is new in each attempt and does not cover the body.
 * Without a signing key, there is no `Authorization` header. Retries 5xx and requests without a response four times, after
 * 1 s or more.
 */
export function httpsms({ issuer = 'api.httpsms.com' }: HttpsmsOptions = {}): Profile {
  return defineProfile({
    ...platformPolicy,
    name: 'httpsms',
    title: 'httpSMS',
    render: httpsmsRender,
    headers: ({ wireType, secrets, tenantId, url, now }) => {
      const headers: Record<string, string> = { 'x-event-type': wireType };
      const key = secrets[0]?.trim();
      if (key) {
        const claims = { issuer, subject: tenantId, audience: url, issuedAt: unixSeconds(now) };
        headers['authorization'] = `Bearer ${jwtHs256(key, claims)}`;
      }
      return headers;
    },
    secret: textSecret({ owner: 'endpoint', required: false, shortest: 1, longest: 255 }),
    registration: {
      ...plainRegistration,
      eventNames: Object.keys(EVENTS),
      maxEndpoints: 10,
      fields: ['alertEmail', 'phoneNumbers'],
    },
    isSuccess: is2xx,
    onFailure: ({ status }) => (status === null || status >= 500 ? 'retry' : 'fail'),
    schedule: [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND],
    alerts: { onExhausted: true, onEveryFailure: false, scope: 'phone-number', atMostEveryMs: HOUR },
    testType: 'message.received',
    testTypes: EVENTS,
  });
}
