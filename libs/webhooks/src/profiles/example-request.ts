import { encodeId } from '../core/ids.js';
import type { WebhookEvent } from '../events/event.js';
import type { Profile } from './profile.js';

/** What a receiver gets for an example, without the signature. */
export interface ExampleRequest {
  /** Name of the event in the profile. */
  event: string;
  /** Headers with lower-case names. In a signature, what depends on the secret is replaced by `…`. */
  headers: Record<string, string>;
  /** The exact body, as text. */
  body: string;
}

/** The requests that `profile` makes of an example; none if it does not support the event. The same on every call. */
export function exampleRequests(profile: Profile, event: WebhookEvent): ExampleRequest[] {
  return profile.render(event).map(({ type, body }) => {
    const headers = () =>
      profile.headers({
        eventId: encodeId('evt', event.uuid),
        sequence: event.sequence,
        wireType: type,
        tenantId: event.tenantId,
        url: 'https://www.example.com/webhooks',
        body: Buffer.from(body),
        secrets: [profile.secret.generate()],
        now: event.occurredAt,
        attempt: 1,
      });
    // Signed twice: what differs comes from the secret, whatever the header is called.
    return {
      event: type,
      headers: { 'content-type': profile.contentType, ...masked(headers(), headers()) },
      body,
    };
  });
}

function masked(one: Record<string, string>, other: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(one).map(([name, value]) => [name, value === other[name] ? value : maskOf(value)]),
  );
}

/** Keeps what stands before a signature: `Bearer …`, `sha256=…`, `v1,…`. */
function maskOf(value: string): string {
  return `${/^[A-Za-z][\w-]{0,15}[ =,]/.exec(value)?.[0] ?? ''}…`;
}
