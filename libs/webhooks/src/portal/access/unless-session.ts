import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import type { IncomingRequest } from '../../api/incoming-request.js';
import { sessionTokenOf } from './bearer-token.js';

type Answer = ReturnType<CanActivate['canActivate']>;

const hasToken = (context: ExecutionContext): boolean =>
  sessionTokenOf(context.switchToHttp().getRequest<IncomingRequest>()) !== null;

/**
 * Returns a guard that lets requests with a session token pass, because `PortalGuard` checks the token. All other requests
 * go to the host's `guard`. A guard class is extended, so that Nest injects its dependencies.
 */
export function unlessSession(guard: Type<CanActivate> | CanActivate): Type<CanActivate> | CanActivate {
  if (typeof guard !== 'function')
    return { canActivate: (context): Answer => hasToken(context) || guard.canActivate(context) };
  return class extends guard {
    override canActivate(context: ExecutionContext): Answer {
      return hasToken(context) || super.canActivate(context);
    }
  };
}
