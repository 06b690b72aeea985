import { createHmac } from 'node:crypto';
import type { Profile, SigningInput } from './profile.js';
import { hmacSha256 } from './signatures/hmac-sha256.js';

/**
 * How a receiver verifies a profile's requests. `body`: a header with the HMAC-SHA256 of the body. `standard`: Standard
 * Webhooks, `v1`. `jwt`: a bearer token whose audience is the URL, signed with HS256.
 */
export type SignatureDescription =
  | { kind: 'body'; header: string; prefix: string; encoding: 'hex' | 'base64' }
  | { kind: 'standard' }
  | { kind: 'jwt' };

const BODY = Buffer.from('{"a":"body to sign"}');
const NOW = Date.UTC(2026, 0, 1);

/**
 * Finds out from the headers of a sample request how a profile signs. This works for a host's own profile too, and for a
 * built-in profile with another header. Returns `null` for an unknown kind of signature.
 */
export function describeSignature(profile: Profile): SignatureDescription | null {
  const secret = profile.secret.generate();
  const input: SigningInput = {
    eventId: 'evt_00000000000000000000000000',
    sequence: '1',
    wireType: 'webhook.test',
    tenantId: 'tenant',
    url: 'https://example.com/',
    body: BODY,
    secrets: [secret],
    now: NOW,
    attempt: 1,
  };
  const headers = profile.headers(input);
  if (isStandard(headers, secret)) return { kind: 'standard' };
  if (isJwt(headers, secret)) return { kind: 'jwt' };
  for (const [header, value] of Object.entries(headers)) {
    for (const encoding of ['hex', 'base64'] as const) {
      const signature = hmacSha256(secret, BODY, encoding);
      if (value.endsWith(signature))
        return { kind: 'body', header, prefix: value.slice(0, -signature.length), encoding };
    }
  }
  return null;
}

function isStandard(headers: Record<string, string>, secret: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  if (!id || !timestamp || !signature?.startsWith('v1,') || !secret.startsWith('whsec_')) return false;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(BODY).digest('base64');
  return signature === `v1,${expected}`;
}

function isJwt({ authorization = '' }: Record<string, string>, secret: string): boolean {
  const [header, payload, signature] = authorization.replace(/^Bearer /, '').split('.');
  return (
    signature !== undefined &&
    createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url') === signature
  );
}
