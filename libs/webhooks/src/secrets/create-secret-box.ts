import { WebhooksSetupError } from '../core/errors.js';
import { AesGcmSecretBox } from './aes-gcm-secret-box.js';
import { createKeyRing, type EncryptionKey } from './key-ring.js';
import { PlaintextSecretBox } from './plaintext-secret-box.js';
import type { SecretBox } from './secret-box.js';

/** The group `encryption` of the options. */
export interface EncryptionSettings {
  current: EncryptionKey;
  previous: EncryptionKey[];
  /** Accepts values that are stored unencrypted. */
  acceptPlaintext: boolean;
}

/** The options that choose a {@link SecretBox}. */
export interface SecretBoxOptions {
  encryption: EncryptionSettings | null;
  allowPlaintextSecrets: boolean;
}

/**
 * Creates the secret box that the options ask for. It stores plain text if there is no key and `allowPlaintextSecrets` is set.
 * Throws {@link WebhooksSetupError} if neither `encryption` nor `allowPlaintextSecrets` is set, whatever NODE_ENV is. Throws
 * {@link InvalidOptionError} if a key of `encryption` is missing or cannot be used.
 */
export function createSecretBox({ encryption, allowPlaintextSecrets }: SecretBoxOptions): SecretBox {
  const hasNoKey = !encryption || (!encryption.current?.key && encryption.previous.length === 0);
  if (hasNoKey && allowPlaintextSecrets) return new PlaintextSecretBox();
  if (encryption) return new AesGcmSecretBox(createKeyRing(encryption), encryption.acceptPlaintext);
  throw new WebhooksSetupError(
    "WebhooksModule: no encryption key. Signing secrets are encrypted in the database: set encryption: { current: { id: 'k1', key: process.env.WEBHOOKS_KEY } } " +
      'with 32 random bytes (`openssl rand -base64 32`), or security: { allowPlaintextSecrets: true } to store them unencrypted.',
  );
}
