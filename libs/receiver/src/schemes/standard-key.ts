import { createHmac, createPublicKey, verify } from 'node:crypto';
import { constantTimeEqual } from '../constant-time.js';
import { WebhookRefusedError } from '../webhook-refused.error.js';

/** A secret or public key of Standard Webhooks. It checks signatures of its version. */
export interface StandardKey {
  version: 'v1' | 'v1a';
  verifies(signed: Buffer, signature: string): boolean;
}

/** Reads `whsec_…` (the prefix is optional) as a `v1` key and `whpk_…` as a `v1a` key. Throws `bad-secret`. */
export function readStandardKey(secret: string): StandardKey {
  const value = secret.trim();
  if (value.startsWith('whsk_'))
    throw new WebhookRefusedError(
      'bad-secret',
      'A whsk_… key is the private key of the sender and must not leave the sender. Use its public half, whpk_….',
    );
  return value.startsWith('whpk_') ? publicKey(value.slice(5)) : sharedKey(value.replace(/^whsec_/, ''));
}

function sharedKey(encoded: string): StandardKey {
  const key = decodeStrict(encoded);
  if (key === null || key.length === 0)
    throw new WebhookRefusedError(
      'bad-secret',
      'A secret must be whsec_ and base64. Copy the whole secret that the sender shows.',
    );
  return {
    version: 'v1',
    // Compared as text, so that no other encoding of the same bytes passes. The padding is optional.
    verifies: (signed, signature) =>
      constantTimeEqual(
        unpadded(signature),
        unpadded(createHmac('sha256', key).update(signed).digest('base64')),
      ),
  };
}

function publicKey(encoded: string): StandardKey {
  const bytes = decodeStrict(encoded);
  if (bytes?.length !== 32)
    throw new WebhookRefusedError('bad-secret', 'A public key must be whpk_ and 32 bytes in base64.');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
    format: 'jwk',
  });
  return {
    version: 'v1a',
    verifies: (signed, signature) => {
      const value = decodeStrict(signature);
      return value?.length === 64 && verify(null, signed, key, value);
    },
  };
}

/** Decodes base64, or returns `null` if it is invalid. Node's own decoder skips invalid characters. */
function decodeStrict(encoded: string): Buffer | null {
  const bytes = Buffer.from(encoded, 'base64');
  return unpadded(bytes.toString('base64')) === unpadded(encoded) ? bytes : null;
}

const unpadded = (base64: string): string => base64.replace(/={1,2}$/, '');
