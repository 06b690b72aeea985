import { encodeId } from '../core/ids.js';
import type { WebhookEvent } from '../events/event.js';
import { maskedHeaders } from './masked-headers.js';
import type { Profile } from './profile.js';

/** What a receiver gets for an example event. Signatures are masked. */
export interface ExampleRequest {
  /** Name of the event in the profile. */
  event: string;
  /** Headers with lower-case names. `…` replaces the part of a signature that depends on the secret. */
  headers: Record<string, string>;
  /** The exact body, as text. */
  body: string;
}

/** Returns the requests that `profile` renders for an example event: none if it does not support the event. Deterministic. */
export function exampleRequests(profile: Profile, event: WebhookEvent): ExampleRequest[] {
  return profile.render(event).map(({ type, body }) => {
    const headers = maskedHeaders(profile, {
      eventId: encodeId('evt', event.uuid),
      sequence: event.sequence,
      wireType: type,
      tenantId: event.tenantId,
      url: 'https://www.example.com/webhooks',
      body: Buffer.from(body),
      now: event.occurredAt,
      attempt: 1,
    });
    return { event: type, headers: { 'content-type': profile.contentType, ...headers }, body };
  });
}
