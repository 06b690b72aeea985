import { readHeader, type WebhookHeaders } from '../../headers.js';
import type { WebhookProfile } from '../../profiles.js';
import { WebhookRefusedError } from '../../webhook-refused.error.js';

/** The headers that carry signatures, each with its profile, in the order in which they are looked for. */
export const SIGNATURE_HEADERS: readonly (readonly [header: string, profile: WebhookProfile])[] = [
  ['webhook-signature', 'standard'],
  ['x-msgine-signature', 'msgine'],
  ['x-opensms-signature', 'opensms'],
  ['x-mysmsgate-signature', 'mysmsgate'],
  ['x-signature', 'mobile-text-alerts'],
  ['authorization', 'httpsms'],
];

/** Returns the profile whose signature header the request has, or `null`. */
export function inferProfile(headers: WebhookHeaders): WebhookProfile | null {
  const found = SIGNATURE_HEADERS.find(([header]) => valueOf(headers, header) !== null);
  if (found === undefined) return null;
  const [header, profile] = found;
  if (profile === 'httpsms' && !/^bearer /i.test(valueOf(headers, header) ?? '')) return null;
  if (profile !== 'standard') return profile;
  const isCloudEvent = valueOf(headers, 'content-type')?.startsWith('application/cloudevents');
  return isCloudEvent ? 'standard-cloudevents' : 'standard';
}

/** The value of a header, or `null` if the header is missing or has several values. */
export function valueOf(headers: WebhookHeaders, name: string): string | null {
  try {
    return readHeader(headers, name);
  } catch (error) {
    if (error instanceof WebhookRefusedError) return null;
    throw error;
  }
}
