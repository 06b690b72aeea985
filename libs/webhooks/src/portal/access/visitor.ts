import { HttpStatus } from '@nestjs/common';
import type { PortalScope } from '../../config/portal-options.js';
import { WebhooksRequestError } from '../../core/request-error.js';

/** Who makes a request to the page's API. */
export interface Visitor {
  mode: 'host' | 'session';
  /** The tenant that the session names, if any. Without a session, always `null`: the host's `tenant` decides. */
  tenantId: string | null;
  actor: string | null;
  scopes: readonly PortalScope[];
  /** Epoch ms; `null`: the host's own login decides. */
  expiresAt: number | null;
}

const VISITORS = new WeakMap<object, Visitor>();

export function setVisitor(request: object, visitor: Visitor): void {
  VISITORS.set(request, visitor);
}

/** The visitor of a request that passed `PortalGuard`. */
export function visitorOf(request: object): Visitor {
  const visitor = VISITORS.get(request);
  if (!visitor) throw unauthenticated();
  return visitor;
}

export function unauthenticated(): WebhooksRequestError {
  return new WebhooksRequestError(
    HttpStatus.UNAUTHORIZED,
    'unauthenticated',
    'This request is not authenticated.',
  );
}

export function sessionExpired(): WebhooksRequestError {
  return new WebhooksRequestError(
    HttpStatus.UNAUTHORIZED,
    'session_expired',
    'This session has ended. Sign in again.',
  );
}

export function scopeMissing(scope: PortalScope): WebhooksRequestError {
  const message = `This request needs the permission "${scope}", which you do not have.`;
  const detail = { field: 'scope', code: scope, message };
  return new WebhooksRequestError(HttpStatus.FORBIDDEN, 'scope_missing', message, { details: [detail] });
}
