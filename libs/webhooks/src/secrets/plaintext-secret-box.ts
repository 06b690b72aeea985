import { PLAIN, type SecretBox, SecretUnreadableError } from './secret-box.js';

/** Stores values unencrypted, with a prefix, for hosts that set `allowPlaintextSecrets` and no key. */
export class PlaintextSecretBox implements SecretBox {
  seal(plain: string): string {
    return PLAIN + plain;
  }

  open(sealed: string, context: string): string {
    if (sealed.startsWith(PLAIN)) return sealed.slice(PLAIN.length);
    const keyId = /^v1\.([A-Za-z0-9-]{1,16})\./.exec(sealed)?.[1] ?? null;
    const fix = keyId ? `it is sealed; set encryption with the key "${keyId}"` : 'it is not a stored secret';
    throw new SecretUnreadableError(context, keyId, fix);
  }

  isStale(): boolean {
    return false;
  }

  knows(keyId: string): boolean {
    return keyId === 'plain';
  }
}
