import { digestOf, type EventIdentity } from '../../event-identity.js';
import { readHeader, type WebhookHeaders } from '../../headers.js';
import type { WebhookProfile } from '../../profiles.js';
import { parseObject } from '../../raw-body.js';
import { schemes } from '../../schemes/by-profile.js';
import { WebhookRefusedError } from '../../webhook-refused.error.js';

/** Returns id and type of a request whose signature is not verified. Without an id, a digest of the body is used. */
export function identify(
  profile: WebhookProfile | null,
  headers: WebhookHeaders,
  body: Buffer,
): EventIdentity & { id: string } {
  const { id, type } = identityOf(profile, headers, body);
  return { id: id ?? digestOf(body), type };
}

function identityOf(profile: WebhookProfile | null, headers: WebhookHeaders, body: Buffer): EventIdentity {
  const header = (name: string): string => readHeader(headers, name);
  try {
    const payload = parseObject(body);
    return schemes[profile ?? 'msgine'].identify(payload, { header, body, secrets: [], now: 0 });
  } catch (error) {
    if (error instanceof WebhookRefusedError) return { id: null, type: null };
    throw error;
  }
}
