import { httpsms } from './httpsms.js';
import { mobileTextAlerts } from './mobile-text-alerts.js';
import { msgine } from './msgine.js';
import { mysmsgate } from './mysmsgate.js';
import { opensms } from './opensms.js';
import type { Profile } from '../profile.js';
import { standardCloudEvents } from './standard-cloudevents.js';
import { standard } from './standard.js';

/** The profiles that come with the module, with their default switches. */
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
 * The profiles of one module by name: the built-in ones, then the host's; one of the same name takes the place of a
 * built-in one (`msgine({ idMode: 'event' })`). Throws `TypeError` where the host gives one name twice.
 */
export function createProfileRegistry(overrides: readonly Profile[] = []): Map<string, Profile> {
  const own = new Map(overrides.map((profile) => [profile.name, profile]));
  if (own.size < overrides.length)
    throw new TypeError(
      `Webhook profiles: each name may be given once (got ${overrides.map(({ name }) => name).join(', ')}).`,
    );
  return new Map([...builtInProfiles.map((profile) => [profile.name, profile] as const), ...own]);
}
