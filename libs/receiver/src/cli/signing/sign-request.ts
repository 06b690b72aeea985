import { createHmac } from 'node:crypto';
import type { WebhookProfile } from '../../profiles.js';
import type { SignatureSettings } from '../signature-flags.js';
import { standardSignature } from './standard-signature.js';
import { webToken } from './web-token.js';

export interface SigningInput extends Pick<SignatureSettings, 'format'> {
  profile: WebhookProfile;
  body: Buffer;
  /** At least one secret. The standard profiles sign with each secret. The other profiles sign only with the first secret. */
  secrets: readonly string[];
  /** Standard profiles: `webhook-id`. */
  id: string;
  /** Unix seconds. Used by the standard profiles and httpsms. */
  at: number;
  /** httpsms: audience of the token. */
  url: string;
  /** httpsms: issuer of the token. */
  issuer: string;
  /** httpsms: id of the account. */
  subject: string;
}

const HMAC_HEADERS = {
  msgine: 'x-msgine-signature',
  opensms: 'x-opensms-signature',
  mysmsgate: 'x-mysmsgate-signature',
  'mobile-text-alerts': 'x-signature',
} as const;

/** Throws `UsageError` if the profile cannot sign with one of the secrets. */
export function checkSigningSecrets(profile: WebhookProfile, secrets: readonly string[]): void {
  if (!profile.startsWith('standard')) return;
  for (const secret of secrets) standardSignature(secret, Buffer.alloc(0));
}

/** Returns the content type, the signature, and further headers that some profiles send. Throws `UsageError`. */
export function signRequest(input: SigningInput): Record<string, string> {
  const { profile, body, secrets, id, at } = input;
  if (profile === 'standard' || profile === 'standard-cloudevents') {
    const content = Buffer.concat([Buffer.from(`${id}.${at}.`), body]);
    return {
      'content-type': profile === 'standard' ? 'application/json' : 'application/cloudevents+json',
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': secrets.map((secret) => standardSignature(secret, content)).join(' '),
    };
  }
  const type = { 'content-type': 'application/json' };
  const secret = secrets[0]!;
  if (profile === 'httpsms') {
    const { issuer, subject, url: audience } = input;
    const eventType = eventTypeOf(body);
    return {
      ...type,
      ...(eventType !== null && { 'x-event-type': eventType }),
      authorization: `Bearer ${webToken(secret, { issuer, subject, audience, at })}`,
    };
  }
  const { header = HMAC_HEADERS[profile], prefix = '', encoding = 'hex' } = input.format;
  const digest = createHmac('sha256', secret).update(body).digest(encoding);
  return { ...type, [header.toLowerCase()]: `${prefix}${digest}` };
}

/** The `type` of a CloudEvent, if it is valid in a header. */
function eventTypeOf(body: Buffer): string | null {
  try {
    const { type } = JSON.parse(body.toString('utf8')) as { type?: unknown };
    return typeof type === 'string' && /^[\x21-\x7e]+$/.test(type) ? type : null;
  } catch {
    return null; // The body is not a JSON object. The command `sign` warns about such a body.
  }
}
