import { WebhooksSetupError } from '../core/errors.js';
import type { Settings } from '../config/settings.js';
import { AesGcmSecretBox } from './aes-gcm-secret-box.js';
import { createKeyRing } from './key-ring.js';
import { PlaintextSecretBox } from './plaintext-secret-box.js';
import type { SecretBox } from './secret-box.js';

/**
 * The secret box that the options ask for.
 * Throws {@link WebhooksSetupError} where there is no key, whatever NODE_ENV says, unless `allowPlaintextSecrets` is set;
 * {@link InvalidOptionError} where a key cannot be used.
 */
export function createSecretBox({
  encryption,
  allowPlaintextSecrets,
}: Pick<Settings, 'encryption' | 'allowPlaintextSecrets'>): SecretBox {
  const keyless = !encryption || (!encryption.current?.key && encryption.previous.length === 0);
  if (keyless && allowPlaintextSecrets) return new PlaintextSecretBox();
  if (encryption) return new AesGcmSecretBox(createKeyRing(encryption));
  throw new WebhooksSetupError(
    "WebhooksModule: no encryption key. Signing secrets are encrypted in the database: set encryption: { current: { id: 'k1', key: process.env.WEBHOOKS_KEY } } " +
      'with 32 random bytes (`openssl rand -base64 32`), or security: { allowPlaintextSecrets: true } to store them unencrypted.',
  );
}
