import { WebhooksError } from '../core/errors.js';

/** Injects the {@link SecretBox}. */
export const SECRET_BOX = Symbol('webhooks:secret-box');

/**
 * Seals secrets before they become a statement's parameter and opens them again. AES-256-GCM with key ids;
 * `context` (tenant and row) is authenticated, so a sealed value copied to another row does not open.
 */
export interface SecretBox {
  /** Never throws. The result names the key. */
  seal(plain: string, context: string): string;
  /** Throws {@link SecretUnreadableError} if the key is unknown, or the value was moved or changed. */
  open(sealed: string, context: string): string;
  /**
   * Whether the value should be sealed again, because it is plain or sealed under another key than the current one. Always
   * false if no key is set.
   */
  isStale(sealed: string): boolean;
  /** Whether {@link open} can read values sealed under this key; `plain` means unencrypted values. */
  knows(keyId: string): boolean;
}

/** Prefix of an unencrypted value. */
export const PLAIN = 'plain.';

/** Context of an endpoint's secrets and custom headers; without `endpointId`, of the secrets of the tenant's account. */
export function sealContext(tenantId: string, endpointId: string | null): string {
  return `${tenantId}:${endpointId ?? 'account'}`;
}

/** A stored secret cannot be opened. Names the row and the key, never the value. */
export class SecretUnreadableError extends WebhooksError {
  override readonly name = 'SecretUnreadableError';

  constructor(
    /** `tenant:endpoint` or `tenant:account`. */
    readonly context: string,
    /** Id of the key it was sealed under; `null` if the value is not a sealed one. */
    readonly keyId: string | null,
    fix: string,
  ) {
    super(`The stored secret of ${JSON.stringify(context)} cannot be read: ${fix}.`);
  }
}
