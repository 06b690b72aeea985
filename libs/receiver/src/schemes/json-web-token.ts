import { createHmac } from 'node:crypto';
import { constantTimeEqual } from '../constant-time.js';
import { WebhookRefusedError } from '../refusal.js';

/** Claims of a token whose signature is good. */
export interface Claims {
  /** Unix seconds. */
  exp: number;
  nbf?: number;
  iss?: unknown;
  aud?: unknown;
}

/**
 * The claims of an HS256 token (RFC 7519) signed with one of the keys, as UTF-8 text. Times are not checked yet.
 * Throws `malformed-header` or `signature-mismatch`.
 */
export function readToken(token: string, keys: readonly string[]): Claims {
  const [head, body, signature, ...rest] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0)
    throw malformed('must have three parts');
  const header = readPart(head);
  // Whoever chose the algorithm here would choose "none".
  if (header.alg !== 'HS256') throw malformed('must be signed with HS256');
  if (header.crit !== undefined) throw malformed('asks for an extension ("crit") that nobody here knows');
  const signed = keys.some((key) =>
    // Compared as text: the last character of base64url has spare bits that a decoder would ignore.
    constantTimeEqual(signature, createHmac('sha256', key).update(`${head}.${body}`).digest('base64url')),
  );
  if (!signed)
    throw new WebhookRefusedError(
      'signature-mismatch',
      `The token's signature fits none of the ${keys.length} signing keys.`,
    );
  return readClaims(readPart(body));
}

function readClaims(claims: Record<string, unknown>): Claims {
  const { exp, nbf } = claims;
  if (typeof exp !== 'number') throw malformed('must say when it ends ("exp", Unix seconds)');
  if (nbf !== undefined && typeof nbf !== 'number') throw malformed('has an odd start ("nbf", Unix seconds)');
  return { exp, nbf, iss: claims.iss, aud: claims.aud };
}

function readPart(part: string): Record<string, unknown> {
  const value = parse(part);
  if (typeof value !== 'object' || value === null) throw malformed('must be made of JSON objects');
  return value as Record<string, unknown>;
}

function parse(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw malformed('must be made of JSON objects in base64url');
  }
}

function malformed(rule: string): WebhookRefusedError {
  return new WebhookRefusedError('malformed-header', `The token in "authorization" ${rule}.`);
}
