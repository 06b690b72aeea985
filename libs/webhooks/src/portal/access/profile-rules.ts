import type { Settings } from '../../config/settings.js';
import { eventNamesOf } from '../../endpoints/event-names.js';
import { scheduleFor } from '../../engine/send/retry-schedule.js';
import type { Profile, RegistrationRules, SecretRules } from '../../profiles/profile.js';
import { describeSignature, type SignatureDescription } from '../../profiles/signature-description.js';

/** What the page must know about a profile to show the right forms and code. */
export interface ProfileRules extends RegistrationRules {
  name: string;
  title: string;
  secret: Pick<SecretRules, 'owner' | 'required' | 'callerSupplied' | 'signsWithAll'>;
  timeoutMs: number;
  /** The wait (ms) before each retry. */
  schedule: readonly number[];
  signature: SignatureDescription | null;
}

/** Returns the rules of a profile. If the profile lists no event names, `eventNames` includes the host's own event types. */
export function profileRules(profile: Profile, settings: Settings): ProfileRules {
  const { name, title, registration, secret, timeoutMs } = profile;
  const { owner, required, callerSupplied, signsWithAll = false } = secret;
  return {
    ...registration,
    name,
    title,
    eventNames: eventNamesOf(profile, settings),
    secret: { owner, required, callerSupplied, signsWithAll },
    timeoutMs,
    schedule: scheduleFor(profile, settings.retry).waits,
    signature: describeSignature(profile),
  };
}
