import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PortalScope } from '../../config/portal-options.js';
import { tryParseJson } from '../../core/parse-json.js';
import type { KeyRing } from '../../secrets/key-ring.js';
import type { SessionClaims } from './portal-session.js';

/** Prefix of each token: its kind and the version of its format. */
export const KIND = 'whps1';
/** Longer tokens are not read. Tenant and actor have at most 255 characters each. */
const MAX_LENGTH = 6_000;
const TOKEN = /^whps1\.([A-Za-z0-9-]{1,16})\.([\w-]+)\.([\w-]{43})$/;

/** The payload, with short names: the token is part of a URL. */
interface Payload {
  t: string | null;
  a: string;
  s: PortalScope[];
  e: number;
}

/** Returns `whps1.<key id>.<payload>.<HMAC-SHA256>`. Payload and HMAC are in base64url. The payload holds no secret. */
export function signSession({ tenantId, actor, scopes, expiresAt }: SessionClaims, ring: KeyRing): string {
  const payload: Payload = { t: tenantId, a: actor, s: scopes, e: expiresAt };
  const signed = `${KIND}.${ring.current}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
  return `${signed}.${macOf(signed, ring.keys.get(ring.current)!).toString('base64url')}`;
}

/** Reads a token, even if it has expired. Returns `null` if no key of the ring has signed it. */
export function verifySession(token: string, ring: KeyRing): SessionClaims | null {
  const [, keyId, payload, mac] = (token.length <= MAX_LENGTH && TOKEN.exec(token)) || [];
  const key = keyId === undefined ? undefined : ring.keys.get(keyId);
  if (!key) return null;
  const expected = macOf(`${KIND}.${keyId}.${payload}`, key);
  const given = Buffer.from(mac!, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const claims = tryParseJson(Buffer.from(payload!, 'base64url').toString('utf8')) as Payload;
  return { tenantId: claims.t, actor: claims.a, scopes: claims.s, expiresAt: claims.e };
}

function macOf(signed: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(signed).digest();
}
