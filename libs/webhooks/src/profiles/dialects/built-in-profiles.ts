import { httpsms } from './httpsms.js';
import { mobileTextAlerts } from './mobile-text-alerts.js';
import { msgine } from './msgine.js';
import { mysmsgate } from './mysmsgate.js';
import { opensms } from './opensms.js';
import type { Profile } from '../profile.js';
import { standardCloudEvents } from './standard-cloudevents.js';
import { standard } from './standard.js';

/** The profiles of the module, with their default options. */
export const builtInProfiles: readonly Profile[] = [
  standard(),
  standardCloudEvents(),
  msgine(),
  opensms(),
  mysmsgate(),
  mobileTextAlerts(),
  httpsms(),
];

/**
 * Returns the profiles of one module by name: the built-in ones, then the host's. A host's profile replaces a built-in one
 * of the same name (`msgine({ idMode: 'event' })`). Throws a `TypeError` if the host gives a name twice.
 */
export function createProfileRegistry(overrides: readonly Profile[] = []): Map<string, Profile> {
  const hostProfiles = new Map(overrides.map((profile) => [profile.name, profile]));
  if (hostProfiles.size < overrides.length)
    throw new TypeError(
      `Webhook profiles: each name can be used once (got ${overrides.map(({ name }) => name).join(', ')}).`,
    );
  return new Map([...builtInProfiles.map((profile) => [profile.name, profile] as const), ...hostProfiles]);
}
