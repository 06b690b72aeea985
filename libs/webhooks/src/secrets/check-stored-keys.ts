import { PlaintextSecretsError, WebhooksSetupError } from '../core/errors.js';
import type { SealedSample, SetupStore } from '../store/setup-store.js';
import { sealContext, type SecretBox, SecretUnreadableError } from './secret-box.js';

/** Number of values to open per key. Several, because a single damaged row must not prevent the start. */
const SAMPLES_PER_KEY = 3;

/**
 * Throws {@link PlaintextSecretsError} if live secrets or headers are stored unencrypted and the options do not accept this:
 * anyone with write access to the tables may have put them there. Throws {@link WebhooksSetupError} if live secrets or
 * headers are sealed under keys that the options do not hold, or under another key with the same id. If the app started
 * anyway, it could not sign deliveries, and would seal new secrets under the wrong key.
 */
export async function checkStoredKeys(store: SetupStore, box: SecretBox): Promise<void> {
  const byKey = new Map<string, SealedSample[]>();
  for (const sample of await store.sampleSealedValues(SAMPLES_PER_KEY)) {
    byKey.set(sample.keyId, [...(byKey.get(sample.keyId) ?? []), sample]);
  }
  if (byKey.has('plain') && !box.knows('plain')) {
    const { endpoints, accounts } = await store.countPlaintextRows();
    throw new PlaintextSecretsError(endpoints, accounts);
  }
  const unknown = [...byKey.keys()].filter((id) => !box.knows(id));
  if (unknown.length > 0) {
    throw new WebhooksSetupError(
      `WebhooksModule: stored secrets are sealed under keys that the option encryption does not hold: ${quoted(unknown)}. ` +
        'Add each as { id, key } to encryption.previous until reencryptSecrets() has run.',
    );
  }
  const wrong = [...byKey].filter(([, samples]) => !samples.some((sample) => canOpen(box, sample)));
  if (wrong.length > 0) {
    throw new WebhooksSetupError(
      `WebhooksModule: stored secrets cannot be opened with the key ${quoted(wrong.map(([id]) => id))}: they were sealed under another key with this id. ` +
        'Set the old key under this id again. To use a new key, give it another id and add the old key to encryption.previous.',
    );
  }
}

function canOpen(box: SecretBox, { tenantId, endpointId, sealed }: SealedSample): boolean {
  try {
    box.open(sealed, sealContext(tenantId, endpointId));
    return true;
  } catch (error) {
    if (error instanceof SecretUnreadableError) return false;
    throw error;
  }
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `"${id}"`).join(', ');
}
