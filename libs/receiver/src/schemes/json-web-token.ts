import { createHmac } from 'node:crypto';
import { constantTimeEqual } from '../constant-time.js';
import { WebhookRefusedError } from '../webhook-refused.error.js';
import { signatureMismatch } from './signature-mismatch.js';

/** Claims of a token whose signature is valid. */
export interface Claims {
  /** Unix seconds. */
  exp: number;
  nbf?: number;
  iss?: unknown;
  aud?: unknown;
}

/**
 * Returns the claims of an HS256 token (RFC 7519) signed with one of the keys (UTF-8 text). Does not check `exp` and
 * `nbf`. Throws `malformed-header` or `signature-mismatch`.
 */
export function verifyToken(token: string, keys: readonly string[]): Claims {
  const [encodedHeader, encodedClaims, signature, ...rest] = token.split('.');
  if (
    encodedHeader === undefined ||
    encodedClaims === undefined ||
    signature === undefined ||
    rest.length > 0
  )
    throw malformed('must have three parts');
  const header = readPart(encodedHeader);
  // If the token could choose the algorithm, an attacker would choose "none".
  if (header.alg !== 'HS256') throw malformed('must be signed with HS256');
  if (header.crit !== undefined) throw malformed('has a "crit" header, which is not supported');
  const isSigned = keys.some((key) =>
    // Compared as text, because a decoder ignores the unused bits of the last base64url character.
    constantTimeEqual(
      signature,
      createHmac('sha256', key).update(`${encodedHeader}.${encodedClaims}`).digest('base64url'),
    ),
  );
  if (!isSigned) throw signatureMismatch("The token's signature", keys.length);
  return readClaims(readPart(encodedClaims));
}

function readClaims(claims: Record<string, unknown>): Claims {
  const { exp, nbf } = claims;
  if (typeof exp !== 'number') throw malformed('must have an expiry ("exp", Unix seconds)');
  if (nbf !== undefined && typeof nbf !== 'number')
    throw malformed('has an invalid start ("nbf", Unix seconds)');
  return { exp, nbf, iss: claims.iss, aud: claims.aud };
}

function readPart(part: string): Record<string, unknown> {
  const value = parse(part);
  if (typeof value !== 'object' || value === null) throw malformed('must consist of JSON objects');
  return value as Record<string, unknown>;
}

function parse(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw malformed('must consist of JSON objects in base64url');
  }
}

function malformed(rule: string): WebhookRefusedError {
  return new WebhookRefusedError('malformed-header', `The token in "authorization" ${rule}.`);
}
