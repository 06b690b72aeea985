import { WebhooksSetupError } from '../core/errors.js';
import type { Profile } from '../profiles/profile.js';
import type { SetupStore } from '../store/setup-store.js';

/**
 * Throws {@link WebhooksSetupError} if endpoints or accounts use a profile that the options do not hold: their events could
 * not be rendered and would be discarded.
 */
export async function checkStoredProfiles(
  store: SetupStore,
  profiles: ReadonlyMap<string, Profile>,
): Promise<void> {
  const unknown = await store.countUnknownProfiles([...profiles.keys()]);
  if (unknown.length === 0) return;
  const uses = unknown.map(
    ({ profile, endpoints, accounts }) => `"${profile}" (${endpoints} endpoints, ${accounts} accounts)`,
  );
  throw new WebhooksSetupError(
    `WebhooksModule: stored endpoints or accounts use a profile that is not in the options: ${uses.join(', ')}. ` +
      'Add it to profiles again, or first delete what uses it: its events would be discarded.',
  );
}
