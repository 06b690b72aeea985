import { text } from '../identity.js';
import { WebhookRefusedError } from '../refusal.js';
import { checkTimeWindow } from '../time-window.js';
import { readToken, type Claims } from './json-web-token.js';
import type { Scheme } from './scheme.js';

export interface HttpsmsOptions {
  /** Leeway for the token's `nbf` and `exp`, in seconds. Default 60. */
  toleranceSeconds?: number;
  /** The URL as registered with the sender; several: one of them. Default: not checked. */
  audience?: string | readonly string[];
  /** `api.httpsms.com` for the platform itself; a backend may set its own. Default: not checked. */
  issuer?: string;
}

/**
 * httpSMS, "Webhook Request Headers": `Authorization: Bearer` and a JSON Web Token signed with the signing key. The token does not
 * cover the body: only TLS keeps that whole, and whoever sees a token may send another body with it while it lasts.
 */
export const httpsms: Scheme<'httpsms'> = {
  verify(request, { toleranceSeconds = 60, audience, issuer }) {
    const [scheme, token, ...rest] = request.header('authorization').split(/ +/);
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0)
      throw new WebhookRefusedError(
        'malformed-header',
        'The header "authorization" must be "Bearer" and a token.',
      );
    const claims = readToken(
      token,
      request.secrets.map((secret) => secret.trim()),
    );
    checkTimeWindow({
      from: claims.nbf ?? -Infinity,
      // A token is no longer good in the second it names.
      until: claims.exp - 1,
      now: request.now,
      toleranceSeconds,
    });
    checkAudience(claims, audience);
    if (issuer !== undefined && claims.iss !== issuer)
      throw new WebhookRefusedError('wrong-issuer', 'The token is good, but another issuer made it.');
  },
  identify: ({ id, type }) => ({ id: text(id), type: text(type) }),
};

function checkAudience(claims: Claims, audience: string | readonly string[] | undefined): void {
  if (audience === undefined) return;
  const meant: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (![audience].flat().some((url) => meant.includes(url)))
    throw new WebhookRefusedError(
      'wrong-audience',
      'The token is good, but made for another URL than `audience`: compare it with the URL as registered, letter by letter.',
    );
}
