import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyRing } from './key-ring.js';
import { PLAIN, type SecretBox, SecretUnreadableError } from './secret-box.js';

const SEALED = /^v1\.([A-Za-z0-9-]{1,16})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]{22})$/;

/**
 * AES-256-GCM under a key ring: `v1.<keyId>.<nonce>.<ciphertext>.<tag>`, with the last three parts in base64url.
 * - Each value has a random 12-byte nonce.
 * - Context and key id are authenticated: a value that was moved to another row does not open.
 * - Values that were stored as plain text, before there was a key, open only if `acceptsPlaintext` is set: anyone with write
 *   access to the table may have put them there. `reencryptSecrets()` seals them.
 */
export class AesGcmSecretBox implements SecretBox {
  constructor(
    private readonly ring: KeyRing,
    private readonly acceptsPlaintext = false,
  ) {}

  seal(plain: string, context: string): string {
    const keyId = this.ring.current;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.ring.keys.get(keyId)!, nonce);
    cipher.setAAD(authenticated(context, keyId));
    const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    const parts = [nonce, text, cipher.getAuthTag()].map((part) => part.toString('base64url'));
    return ['v1', keyId, ...parts].join('.');
  }

  open(sealed: string, context: string): string {
    if (sealed.startsWith(PLAIN)) {
      if (this.acceptsPlaintext) return sealed.slice(PLAIN.length);
      const fix = 'it is not encrypted, and encryption.acceptPlaintext is not set';
      throw new SecretUnreadableError(context, null, fix);
    }
    const [, keyId, nonce, text, tag] = SEALED.exec(sealed) ?? [];
    if (keyId === undefined) throw new SecretUnreadableError(context, null, 'it is not a sealed value');
    const key = this.ring.keys.get(keyId);
    if (!key) {
      const fix = `it was sealed under the key "${keyId}"; add that key to encryption.previous`;
      throw new SecretUnreadableError(context, keyId, fix);
    }
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce!, 'base64url'), {
      authTagLength: 16,
    });
    decipher.setAAD(authenticated(context, keyId));
    decipher.setAuthTag(Buffer.from(tag!, 'base64url'));
    try {
      return Buffer.concat([decipher.update(text!, 'base64url'), decipher.final()]).toString('utf8');
    } catch {
      // The message of node:crypto ("unable to authenticate data") does not tell which row to check.
      const fix = `it does not belong to this row, it was changed, or it was sealed under another key with the id "${keyId}"`;
      throw new SecretUnreadableError(context, keyId, fix);
    }
  }

  isStale(sealed: string): boolean {
    return !sealed.startsWith(`v1.${this.ring.current}.`);
  }

  knows(keyId: string): boolean {
    return keyId === 'plain' ? this.acceptsPlaintext : this.ring.keys.has(keyId);
  }
}

function authenticated(context: string, keyId: string): Buffer {
  return Buffer.from(`${context}\0${keyId}`);
}
