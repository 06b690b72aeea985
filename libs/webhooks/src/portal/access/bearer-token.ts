import type { IncomingRequest } from '../../api/incoming-request.js';
import { KIND } from '../sessions/session-token.js';

/** Returns the unchecked session token of a request. `null`: the request has no token, or credentials of another kind. */
export function sessionTokenOf({ headers }: IncomingRequest): string | null {
  const [, token] = /^bearer +(\S+)$/i.exec(String(headers?.authorization ?? '')) ?? [];
  return token?.startsWith(`${KIND}.`) ? token : null;
}
