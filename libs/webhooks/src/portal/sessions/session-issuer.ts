import type { KeyRing } from '../../secrets/key-ring.js';
import { type PortalSessionInput, type SessionClaims, toClaims } from './portal-session.js';
import { signSession, verifySession } from './session-token.js';

/** Makes and reads session tokens. Nothing is stored: a token is valid until it expires, or until its key is removed. */
export class SessionIssuer {
  constructor(private readonly ring: KeyRing) {}

  /** @throws InvalidSessionError, or TenantRequiredError */
  issue(input: PortalSessionInput, now = Date.now()): SessionClaims & { token: string } {
    const claims = toClaims(input, now);
    return { ...claims, token: signSession(claims, this.ring) };
  }

  /** Reads a token. `invalid`: none of the keys has signed it. `expired`: it was valid earlier. */
  read(token: string, now = Date.now()): SessionClaims | 'invalid' | 'expired' {
    const claims = verifySession(token, this.ring);
    if (claims === null) return 'invalid';
    return claims.expiresAt > now ? claims : 'expired';
  }
}
