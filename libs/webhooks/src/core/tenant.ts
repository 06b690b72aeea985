import { WebhooksError } from './errors.js';

/** A call names no tenant. Nothing was read or written. */
export class TenantRequiredError extends WebhooksError {
  constructor(readonly received: unknown) {
    super(
      `The tenant must be a text of 1 to 255 characters without NUL, it is ${typeof received === 'string' ? `${received.length} characters long or not well-formed` : String(received === null ? 'null' : typeof received)}. Check what the host's \`tenant\` answers.`,
    );
  }
}

/** Answers `tenantId` where it can name a tenant. Throws {@link TenantRequiredError}: no query runs without one. */
export function requireTenant(tenantId: unknown): string {
  if (
    typeof tenantId !== 'string' ||
    tenantId === '' ||
    tenantId.length > 255 ||
    tenantId.includes('\0') ||
    !tenantId.isWellFormed()
  ) {
    throw new TenantRequiredError(tenantId);
  }
  return tenantId;
}
