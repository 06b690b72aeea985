import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { UsageError } from '../usage.error.js';

/** Returns `v1,…` for a secret `whsec_…` and `v1a,…` for a key `whsk_…`. Throws {@link UsageError}. */
export function standardSignature(secret: string, content: Buffer): string {
  const value = secret.trim();
  if (value.startsWith('whpk_'))
    throw new UsageError(
      '--secret: whpk_… is a public key, which only verifies. Sign with whsk_… or whsec_….',
    );
  if (!value.startsWith('whsk_')) {
    const key = decode(value.replace(/^whsec_/, ''));
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  }
  const pair = decode(value.slice(5));
  if (pair.length !== 64) throw new UsageError('--secret: whsk_ and 64 bytes in base64 are expected.');
  const [d, x] = [pair.subarray(0, 32), pair.subarray(32)].map((part) => part.toString('base64url'));
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' });
  return `v1a,${sign(null, content, key).toString('base64')}`;
}

/** Throws for invalid base64. Node's decoder skips invalid characters, so a damaged secret would produce a wrong signature. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const unpadded = text.replace(/={1,2}$/, '');
  if (bytes.length === 0 || bytes.toString('base64').replace(/={1,2}$/, '') !== unpadded)
    throw new UsageError(
      '--secret of a standard profile is whsec_ and base64, or whsk_ and base64. Copy the whole secret.',
    );
  return bytes;
}
