import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import type { IncomingRequest } from '../../api/incoming-request.js';
import { sessionTokenOf } from './bearer-token.js';

type Answer = ReturnType<CanActivate['canActivate']>;

const hasToken = (context: ExecutionContext): boolean =>
  sessionTokenOf(context.switchToHttp().getRequest<IncomingRequest>()) !== null;

/**
 * A guard of the host's that leaves requests with a session token to `PortalGuard`, which checks the token. A subclass, so
 * that Nest injects what the host's guard needs.
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
