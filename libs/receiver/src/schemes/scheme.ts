import type { Identity } from '../identity.js';
import type { ReadRequest } from '../request.js';
import type { ProfileOptions, WebhookProfile } from '../profile.js';

/** How the webhooks of one profile prove their sender, and what names them. */
export interface Scheme<P extends WebhookProfile> {
  /** Throws a `WebhookRefusedError` unless the request was made with one of the secrets. */
  verify(request: ReadRequest, options: ProfileOptions[P]): void;
  /** Asked after `verify`. The same for every retry, different for every event. */
  identify(payload: Record<string, unknown>, request: ReadRequest): Identity;
}
