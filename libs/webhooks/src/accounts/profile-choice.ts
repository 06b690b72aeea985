import type { Settings } from '../config/settings.js';
import { unprocessable } from '../core/request-error.js';
import type { Profile } from '../profiles/profile.js';
import type { AccountRecord } from '../store/account-store.js';

/** Name of the profile for a tenant's new endpoints and callbacks: the account's choice, or the module's default. */
export function defaultProfileFor(
  settings: Settings,
  { defaultProfile }: Pick<AccountRecord, 'defaultProfile'>,
): string {
  return defaultProfile ?? settings.profile.name;
}

/** The profile of this name. Throws a 422 that names `field` if the host has no such profile. */
export function requireProfile(settings: Settings, name: string, field: string): Profile {
  const profile = settings.profiles.get(name);
  if (profile) return profile;
  const known = [...settings.profiles.keys()].join(', ');
  throw unprocessable({
    field,
    code: 'unknown_profile',
    message: `There is no such profile. Known: ${known}.`,
  });
}
