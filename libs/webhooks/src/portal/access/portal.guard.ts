import {
  type CanActivate,
  type ExecutionContext,
  HttpStatus,
  Inject,
  Injectable,
  Optional,
} from '@nestjs/common';
import { knowCaller } from '../../api/caller.js';
import type { IncomingRequest } from '../../api/incoming-request.js';
import { PORTAL_SCOPES, type PortalOptions, type PortalVisitor } from '../../config/portal-options.js';
import { WebhooksSetupError } from '../../core/errors.js';
import { WebhooksRequestError } from '../../core/request-error.js';
import { PORTAL } from '../portal.js';
import { TENANT_SCOPES } from '../sessions/portal-session.js';
import { SessionIssuer } from '../sessions/session-issuer.js';
import { sessionTokenOf } from './bearer-token.js';
import { neededScope } from './scopes.js';
import { scopeMissing, sessionExpired, setVisitor, unauthenticated, type Visitor } from './visitor.js';

/** Injects a function that parses the body if the host's app has not parsed it. Called after the caller is known. */
export const READ_BODY = Symbol('webhooks:read-body');

export type ReadBody = (request: object, response: object) => Promise<void>;

/** Finds out who makes a request to the page's API, and whether this visitor may make it. Runs after the host's guards. */
@Injectable()
export class PortalGuard implements CanActivate {
  constructor(
    @Inject(PORTAL) private readonly portal: PortalOptions,
    @Inject(SessionIssuer) private readonly sessions: SessionIssuer | null,
    @Optional() @Inject(READ_BODY) private readonly readBody?: ReadBody,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<IncomingRequest>();
    const visitor = await this.visitorOf(request);
    await this.readBody?.(request, http.getResponse<object>());
    const scope = neededScope(context.getHandler() as never, request.body);
    if (scope === null)
      throw new WebhooksRequestError(HttpStatus.NOT_FOUND, 'route_not_found', 'The page has no such route.');
    if (scope !== 'any' && !visitor.scopes.includes(scope)) throw scopeMissing(scope);
    setVisitor(request, visitor);
    const { tenantId, actor } = visitor;
    knowCaller(request, { ...(tenantId !== null && { tenantId }), ...(actor !== null && { actor }) });
    return true;
  }

  private async visitorOf(request: IncomingRequest): Promise<Visitor> {
    const token = this.sessions && sessionTokenOf(request);
    if (token) return this.ofSession(token, this.sessions!);
    if (this.portal.access === 'session') throw unauthenticated();
    const known = this.portal.visitor ? await this.portal.visitor(request) : {};
    return { mode: 'host', tenantId: null, expiresAt: null, ...readVisitor(known) };
  }

  private ofSession(token: string, sessions: SessionIssuer): Visitor {
    const claims = sessions.read(token);
    if (claims === 'invalid') throw unauthenticated();
    if (claims === 'expired') throw sessionExpired();
    return { mode: 'session', ...claims };
  }
}

/** If the host returns nothing, the visitor has no scopes: only handlers with the scope `any` are allowed. */
function readVisitor(known: PortalVisitor | null | undefined): Pick<Visitor, 'actor' | 'scopes'> {
  const { actor = null, scopes = known ? TENANT_SCOPES : [] } = known ?? {};
  const isValid = Array.isArray(scopes) && scopes.every((scope) => PORTAL_SCOPES.includes(scope));
  if (isValid && (actor === null || typeof actor === 'string')) return { actor, scopes };
  throw new WebhooksSetupError(
    `WebhooksModule: portal.visitor must return { actor, scopes }: a string, and a list of ${PORTAL_SCOPES.join(', ')}.`,
  );
}
