import { WebhooksError } from '../core/errors.js';

/** Injects the {@link SecretBox}. */
export const SECRET_BOX = Symbol('webhooks:secret-box');

/**
 * Seals secrets before they become a statement's parameter, and opens them again. If a key is set, `context` (tenant and row) is
 * authenticated, so a sealed value that was copied to another row does not open.
 */
export interface SecretBox {
  /** Never throws. The result names the key. */
  seal(plain: string, context: string): string;
  /** Throws {@link SecretUnreadableError} if the key is unknown, or the value was moved or changed. */
  open(sealed: string, context: string): string;
  /**
   * Returns whether the value should be sealed again, because it is plain or sealed under another key than the current key.
   * Always false if no key is set.
   */
  isStale(sealed: string): boolean;
  /** Returns whether {@link open} can read values sealed under this key; `plain` means unencrypted values. */
  knows(keyId: string): boolean;
}

/** Prefix of an unencrypted value. */
export const PLAIN = 'plain.';

/** Returns the context of an endpoint's secrets and custom headers. Without `endpointId`: that of the account's secrets. */
export function sealContext(tenantId: string, endpointId: string | null): string {
  return `${tenantId}:${endpointId ?? 'account'}`;
}

/** A stored secret cannot be opened. Names the row and the key, never the value. */
export class SecretUnreadableError extends WebhooksError {
  override readonly name = 'SecretUnreadableError';

  constructor(
    /** `tenant:endpoint` or `tenant:account`. */
    readonly context: string,
    /** Id of the key under which the value was sealed; `null` if the value is not sealed. */
    readonly keyId: string | null,
    fix: string,
  ) {
    super(`The stored secret of ${JSON.stringify(context)} cannot be read: ${fix}.`);
  }
}
