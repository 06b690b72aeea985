import { createHmac, createPublicKey, verify } from 'node:crypto';
import { constantTimeEqual } from '../constant-time.js';
import { WebhookRefusedError } from '../refusal.js';

/** A secret or public key of Standard Webhooks, ready to check signatures of its version. */
export interface StandardKey {
  version: 'v1' | 'v1a';
  verifies(signed: Buffer, signature: string): boolean;
}

/** `whsec_…` (the prefix may be missing) makes a `v1` key, `whpk_…` a `v1a` key. Throws `bad-secret`. */
export function readStandardKey(secret: string): StandardKey {
  const value = secret.trim();
  if (value.startsWith('whsk_'))
    throw new WebhookRefusedError(
      'bad-secret',
      "A whsk_… key is the sender's private one and must stay there: receivers need its public half, whpk_….",
    );
  return value.startsWith('whpk_') ? publicKey(value.slice(5)) : sharedKey(value.replace(/^whsec_/, ''));
}

function sharedKey(encoded: string): StandardKey {
  const key = decode(encoded);
  if (key === null || key.length === 0)
    throw new WebhookRefusedError(
      'bad-secret',
      'A secret must be whsec_ and base64: copy it whole, as the sender shows it.',
    );
  return {
    version: 'v1',
    // Compared as text, so that no second spelling of the same bytes passes; padding may be missing.
    verifies: (signed, signature) =>
      constantTimeEqual(
        unpadded(signature),
        unpadded(createHmac('sha256', key).update(signed).digest('base64')),
      ),
  };
}

function publicKey(encoded: string): StandardKey {
  const bytes = decode(encoded);
  if (bytes?.length !== 32)
    throw new WebhookRefusedError('bad-secret', 'A public key must be whpk_ and 32 bytes in base64.');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
    format: 'jwk',
  });
  return {
    version: 'v1a',
    verifies: (signed, signature) => {
      const value = decode(signature);
      return value?.length === 64 && verify(null, signed, key, value);
    },
  };
}

/** Strict, unlike Node's decoder, which skips what it does not know. `null`: no base64. */
function decode(encoded: string): Buffer | null {
  const bytes = Buffer.from(encoded, 'base64');
  return unpadded(bytes.toString('base64')) === unpadded(encoded) ? bytes : null;
}

const unpadded = (base64: string): string => base64.replace(/={1,2}$/, '');
