import { SECOND } from './schedule.js';
import type { Profile } from './profile.js';

/**
 * What holds for all five platforms: JSON within 5 s (two documents say so, the others say nothing), never earlier than
 * the document's delay, and no word in any document of 410, `Retry-After` or an endpoint that is switched off. Nobody is
 * mailed beside the alerts every endpoint has, unless the profile says so.
 */
export const platformPolicy = {
  contentType: 'application/json',
  timeoutMs: 5 * SECOND,
  jitter: { share: 0.2, direction: 'later' },
  disablesOnGone: false,
  honoursRetryAfter: false,
  disablesOnFailure: false,
  alerts: { onExhausted: false, onEveryFailure: false, scope: 'endpoint' },
} satisfies Partial<Profile>;
