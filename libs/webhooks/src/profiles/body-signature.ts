import { hmacSha256 } from './signatures/hmac-sha256.js';
import type { Profile } from './profile.js';

/** How a signature of the body is sent, for platforms whose documentation names no header. */
export interface BodySignatureOptions {
  /** Name of the header. */
  header?: string;
  /** Text before the signature, such as `sha256=`. Default: none. */
  prefix?: string;
  /** Default `hex` (lower case). */
  encoding?: 'hex' | 'base64';
}

/**
 * Returns a `Profile.headers` that sets one header: the HMAC-SHA256 of the body, with the newest secret as the key. Without
 * a secret, it sets no header.
 */
export function bodySignature(options: BodySignatureOptions & { header: string }): Profile['headers'] {
  const { prefix = '', encoding = 'hex' } = options;
  const header = options.header.toLowerCase();
  return ({ body, secrets }) => {
    const secret = secrets[0];
    return secret === undefined ? {} : { [header]: `${prefix}${hmacSha256(secret, body, encoding)}` };
  };
}
