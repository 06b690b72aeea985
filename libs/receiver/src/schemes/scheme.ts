import type { EventIdentity } from '../event-identity.js';
import type { ReadRequest } from '../request.js';
import type { ProfileOptions, WebhookProfile } from '../profiles.js';

/** How webhooks of one profile are verified and identified. */
export interface Scheme<P extends WebhookProfile> {
  /** Throws `WebhookRefusedError` unless the request was signed with one of the secrets. */
  verify(request: ReadRequest, options: ProfileOptions[P]): void;
  /**
   * Returns the type, and an id that is the same for every retry of an event and differs between events. Both can be
   * `null`.
   */
  identify(payload: Record<string, unknown>, request: ReadRequest): EventIdentity;
}
