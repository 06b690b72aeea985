import { PORTAL_SCOPES, type PortalScope } from '../../config/portal-options.js';
import { requireTenant } from '../../core/tenant.js';
import { InvalidSessionError } from './session-error.js';

const MAX_TTL_MS = 12 * 3_600_000;
const MIN_TTL_MS = 1_000;
const DEFAULT_TTL_MS = 3_600_000;
const MAX_ACTOR = 255;

/** The input of {@link WebhookPortal.createSession}. */
export interface PortalSessionInput {
  /** Whose webhooks the session shows. May be left out if `operator` is the only scope. */
  tenantId?: string;
  /** Who uses the session, for the audit: 1 to 255 characters. */
  actor: string;
  /** Default: all scopes except `operator`. */
  scopes?: readonly PortalScope[];
  /** How long the session lasts (ms), at most 12 h. Default 1 h. */
  ttlMs?: number;
}

/** The content of a session token. */
export interface SessionClaims {
  /** `null`: the session shows only the operator's view. */
  tenantId: string | null;
  actor: string;
  scopes: PortalScope[];
  /** Epoch ms. */
  expiresAt: number;
}

export const TENANT_SCOPES: readonly PortalScope[] = PORTAL_SCOPES.filter((scope) => scope !== 'operator');

/**
 * Checks the input.
 *
 * @param now epoch ms
 * @throws InvalidSessionError, or TenantRequiredError for an invalid tenant
 */
export function toClaims(input: PortalSessionInput, now: number): SessionClaims {
  const { tenantId, actor, scopes = TENANT_SCOPES, ttlMs = DEFAULT_TTL_MS } = input;
  if (typeof actor !== 'string' || actor === '' || actor.length > MAX_ACTOR)
    throw new InvalidSessionError(
      'actor',
      `must be a text of 1 to ${MAX_ACTOR} characters: who uses the session`,
    );
  if (
    !Array.isArray(scopes) ||
    scopes.length === 0 ||
    !scopes.every((scope) => PORTAL_SCOPES.includes(scope))
  )
    throw new InvalidSessionError('scopes', `must be a list of ${PORTAL_SCOPES.join(', ')}`);
  if (!Number.isInteger(ttlMs) || ttlMs < MIN_TTL_MS || ttlMs > MAX_TTL_MS)
    throw new InvalidSessionError(
      'ttlMs',
      `must be a whole number from ${MIN_TTL_MS} to ${MAX_TTL_MS} (12 h)`,
    );
  const isForOperator = scopes.every((scope) => scope === 'operator');
  return {
    tenantId: tenantId === undefined && isForOperator ? null : requireTenant(tenantId),
    actor,
    scopes: PORTAL_SCOPES.filter((scope) => scopes.includes(scope)),
    expiresAt: now + ttlMs,
  };
}
