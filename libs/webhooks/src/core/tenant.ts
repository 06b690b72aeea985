import { WebhooksError } from './errors.js';

/** A call has no valid tenant. Nothing was read or written. */
export class TenantRequiredError extends WebhooksError {
  override readonly name = 'TenantRequiredError';

  constructor(readonly received: unknown) {
    super(
      `The tenant must be a string of 1 to 255 characters, well-formed and without NUL, but is ${describe(received)}. Check the value that the host's \`tenant\` returns.`,
    );
  }
}

/** Returns `tenantId` if it is valid. Throws {@link TenantRequiredError} otherwise, so that no query runs without a tenant. */
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

/** The value is not shown: it may be a secret that was passed by mistake. */
function describe(received: unknown): string {
  if (typeof received === 'string') return `a string of ${received.length} characters`;
  return received === null ? 'null' : typeof received;
}
