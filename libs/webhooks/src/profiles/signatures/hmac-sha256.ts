import { createHmac, createSecretKey } from 'node:crypto';
import { KeyCache } from './key-cache.js';

const keys = new KeyCache((secret) => createSecretKey(secret, 'utf8'));

/**
 * Returns the HMAC-SHA256 of the exact body, keyed with the UTF-8 bytes of the secret: a secret that looks like hex or
 * base64 is not decoded. Lower-case hex by default, as MsGine and Mobile Text Alerts send it.
 */
export function hmacSha256(secret: string, body: Buffer, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHmac('sha256', keys.get(secret)).update(body).digest(encoding);
}
