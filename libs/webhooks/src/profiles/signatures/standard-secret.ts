import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { WebhooksError } from '../../core/errors.js';

/** A secret is not in a form that the scheme can sign with. Never holds the secret. */
export class SecretFormError extends WebhooksError {}

/** The secret of one Standard Webhooks signature: bytes for `v1` (HMAC-SHA256), a private key for `v1a` (ed25519). */
export type StandardKey = { version: 'v1'; bytes: Buffer } | { version: 'v1a'; key: KeyObject };

const FORM =
  '"whsec_" and the base64 of 24 to 64 bytes, or "whsk_" and the base64 of an ed25519 seed and public key';
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A new symmetric secret: `whsec_` and the base64 of 32 random bytes. */
export function generateSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** A new ed25519 key: `whsk_` and the base64 of its 32-byte seed and 32-byte public key. */
export function generateSigningKey(): string {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return `whsk_${Buffer.concat([bytesOf(d!), bytesOf(x!)]).toString('base64')}`;
}

/** What a receiver verifies with: the `whpk_…` public key of a `whsk_…` key, any other secret itself. */
export function verificationSecret(secret: string): string {
  if (!secret.startsWith('whsk_')) return secret;
  return `whpk_${decode(secret.slice(5)).subarray(32).toString('base64')}`;
}

/** Reads a secret to sign with, of any length: older systems made shorter ones. Throws {@link SecretFormError}. */
export function readStandardSecret(secret: string): StandardKey {
  if (secret.startsWith('whsec_')) {
    const bytes = decode(secret.slice(6));
    if (bytes.length === 0) throw wrong('it is empty');
    return { version: 'v1', bytes };
  }
  if (!secret.startsWith('whsk_')) throw wrong('it has neither prefix');
  const pair = decode(secret.slice(5));
  if (pair.length !== 64) throw wrong(`the key holds ${pair.length} bytes, not 64`);
  const der = Buffer.concat([PKCS8_ED25519, pair.subarray(0, 32)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (!bytesOf(x!).equals(pair.subarray(32))) throw wrong('its public half does not belong to its seed');
  return { version: 'v1a', key };
}

/** What is wrong with a new secret, or `null`: here the length counts too. */
export function checkStandardSecret(secret: string): string | null {
  try {
    const read = readStandardSecret(secret);
    if (read.version === 'v1' && (read.bytes.length < 24 || read.bytes.length > 64))
      throw wrong(`it holds ${read.bytes.length} bytes`);
    return null;
  } catch (error) {
    if (error instanceof SecretFormError) return error.message;
    throw error;
  }
}

function bytesOf(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url');
}

/** Padded base64 and nothing else: strict decoders at the receiver's end take no other form. */
function decode(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw wrong('it is not padded base64');
  return bytes;
}

function wrong(what: string): SecretFormError {
  return new SecretFormError(`A Standard Webhooks secret is ${FORM}; ${what}.`);
}
