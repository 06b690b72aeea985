import { WebhooksSetupError } from '../core/errors.js';
import type { Profile } from '../profiles/profile.js';
import type { SetupStore } from '../store/setup-store.js';

/**
 * Throws {@link WebhooksSetupError} if endpoints or accounts use a profile that this host does not have. New events for these
 * endpoints would be discarded. Callbacks of these accounts would be sent in the module's default profile.
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
      'Add each of them to profiles again. Before you remove one, delete its endpoints, and change the defaultProfile of its ' +
      'accounts. Without the profile, new events for its endpoints would be discarded, and callbacks of its accounts would be ' +
      'sent in the default profile.',
  );
}
