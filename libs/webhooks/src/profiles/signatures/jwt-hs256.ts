import { createHmac, createSecretKey } from 'node:crypto';
import { KeyCache } from './key-cache.js';

const VALID_SECONDS = 600;

const keys = new KeyCache((secret) => createSecretKey(secret, 'utf8'));
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

/** Claims of the token of one attempt. */
export interface JwtClaims {
  /** `iss`. */
  issuer: string;
  /** `sub`. */
  subject: string;
  /** `aud`: sent as a list with one entry. */
  audience: string;
  /** `iat` (Unix seconds). The token is valid from 600 s before this time until 600 s after it. */
  issuedAt: number;
}

/**
 * Returns a JSON Web Token as httpSMS creates it for each attempt: HS256, claims in the order iss, sub, aud, exp, nbf, iat,
 * unpadded base64url, keyed with the UTF-8 bytes of the signing key. The token does not cover the body.
 */
export function jwtHs256(key: string, { issuer, subject, audience, issuedAt }: JwtClaims): string {
  const claims = JSON.stringify({
    iss: issuer,
    sub: subject,
    aud: [audience],
    exp: issuedAt + VALID_SECONDS,
    nbf: issuedAt - VALID_SECONDS,
    iat: issuedAt,
  });
  const content = `${HEADER}.${Buffer.from(claims).toString('base64url')}`;
  return `${content}.${createHmac('sha256', keys.get(key)).update(content).digest('base64url')}`;
}
