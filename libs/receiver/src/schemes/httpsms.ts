import { textField } from '../event-identity.js';
import { WebhookRefusedError } from '../webhook-refused.error.js';
import { checkTimeWindow } from '../time-window.js';
import { verifyToken, type Claims } from './json-web-token.js';
import type { Scheme } from './scheme.js';

/**
 * httpSMS, "Webhook Request Headers": `Authorization: Bearer` and a JSON Web Token signed with the signing key. The token
 * does not cover the body. Only TLS protects the body, and anybody who sees a token can send another body with it until it
 * expires.
 */
export const httpsms: Scheme<'httpsms'> = {
  verify(request, { toleranceSeconds = 60, audience, issuer }) {
    const [scheme, token, ...rest] = request.header('authorization').split(/ +/);
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0)
      throw new WebhookRefusedError(
        'malformed-header',
        'The header "authorization" must be "Bearer" and a token.',
      );
    const claims = verifyToken(
      token,
      request.secrets.map((secret) => secret.trim()),
    );
    checkTimeWindow({
      from: claims.nbf ?? -Infinity,
      // At the time `exp`, a token is already invalid.
      until: claims.exp - 1,
      now: request.now,
      toleranceSeconds,
    });
    checkAudience(claims, audience);
    if (issuer !== undefined && claims.iss !== issuer)
      throw new WebhookRefusedError('wrong-issuer', 'The token is valid, but another issuer created it.');
  },
  identify: ({ id, type }) => ({ id: textField(id), type: textField(type) }),
};

function checkAudience(claims: Claims, audience: string | readonly string[] | undefined): void {
  if (audience === undefined) return;
  const audiences: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (![audience].flat().some((url) => audiences.includes(url)))
    throw new WebhookRefusedError(
      'wrong-audience',
      'The token is valid, but was created for a URL other than `audience`. Compare `audience` with the registered URL character by character.',
    );
}
