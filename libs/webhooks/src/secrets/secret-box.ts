import { WebhooksError } from '../core/errors.js';

/** Injects the {@link SecretBox}. */
export const SECRET_BOX = Symbol('webhooks:secret-box');

/**
 * Seals secrets before they become a statement's parameter and opens them again. AES-256-GCM with key ids;
 * `context` (tenant and row) is authenticated, so a sealed value copied to another row does not open.
 */
export interface SecretBox {
  /** Throws nothing; the result names the key. */
  seal(plain: string, context: string): string;
  /** Throws {@link SecretUnreadableError} where the key is unknown or the value was moved or changed. */
  open(sealed: string, context: string): string;
  /** The value is plain or sealed under another key than the current one: seal it again when next written. */
  isStale(sealed: string): boolean;
  /** Could {@link open} read what was sealed under this key? `plain` stands for values stored as they are. */
  knows(keyId: string): boolean;
}

/** Starts a value that is stored as it is. */
export const PLAIN = 'plain.';

/** What a secret or the custom headers of this endpoint (`null`: of the tenant's account) are bound to. */
export function sealContext(tenantId: string, endpointId: string | null): string {
  return `${tenantId}:${endpointId ?? 'account'}`;
}

/** A stored secret cannot be opened. Names the row and the key, never the value. */
export class SecretUnreadableError extends WebhooksError {
  constructor(
    /** `tenant:endpoint` or `tenant:account`. */
    readonly context: string,
    /** The key it was sealed under, or `null` where the value is no sealed value at all. */
    readonly keyId: string | null,
    fix: string,
  ) {
    super(`The stored secret of ${JSON.stringify(context)} cannot be read: ${fix}.`);
  }
}
