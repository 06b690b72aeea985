import { createHmac, createSecretKey } from 'node:crypto';
import { KeyCache } from './key-cache.js';

const keys = new KeyCache((secret) => createSecretKey(secret, 'utf8'));
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

/** What the token of one attempt says. */
export interface JwtClaims {
  /** `iss`. */
  issuer: string;
  /** `sub`. */
  subject: string;
  /** `aud`: sent as a list of one. */
  audience: string;
  /** `iat`, Unix seconds; the token is valid from 600 s before to 600 s after. */
  issuedAt: number;
}

/**
 * A JSON Web Token as httpSMS mints it for each attempt: HS256, claims in the order iss, sub, aud, exp, nbf, iat, unpadded
 * base64url, keyed with the UTF-8 bytes of the signing key. It does not cover the body.
 */
export function jwtHs256(key: string, { issuer, subject, audience, issuedAt }: JwtClaims): string {
  const claims = JSON.stringify({
    iss: issuer,
    sub: subject,
    aud: [audience],
    exp: issuedAt + 600,
    nbf: issuedAt - 600,
    iat: issuedAt,
  });
  const content = `${HEADER}.${Buffer.from(claims).toString('base64url')}`;
  return `${content}.${createHmac('sha256', keys.get(key)).update(content).digest('base64url')}`;
}
