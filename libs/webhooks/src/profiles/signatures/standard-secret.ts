import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { WebhooksError } from '../../core/errors.js';

/** A secret does not have the form that the scheme needs. The message never contains the secret. */
export class SecretFormError extends WebhooksError {
  override readonly name = 'SecretFormError';
}

/** Key of a Standard Webhooks signature: bytes for `v1` (HMAC-SHA256), a private key for `v1a` (ed25519). */
export type StandardKey = { version: 'v1'; bytes: Buffer } | { version: 'v1a'; key: KeyObject };

const FORM =
  '"whsec_" and the base64 of 24 to 64 bytes, or "whsk_" and the base64 of an ed25519 seed and public key';
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Returns a new symmetric secret: `whsec_` and the base64 of 32 random bytes. */
export function generateSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** Returns a new ed25519 key: `whsk_` and the base64 of its 32-byte seed and 32-byte public key. */
export function generateSigningKey(): string {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return `whsk_${Buffer.concat([bytesOf(d!), bytesOf(x!)]).toString('base64')}`;
}

/** Returns what a receiver verifies with: for a `whsk_…` key, its public key `whpk_…`; for any other secret, the secret. */
export function verificationSecret(secret: string): string {
  if (!secret.startsWith('whsk_')) return secret;
  return `whpk_${decode(secret.slice(5)).subarray(32).toString('base64')}`;
}

/** Reads a secret of any length, because older systems created shorter secrets. Throws {@link SecretFormError}. */
export function readStandardSecret(secret: string): StandardKey {
  if (secret.startsWith('whsec_')) {
    const bytes = decode(secret.slice(6));
    if (bytes.length === 0) throw formError('it is empty');
    return { version: 'v1', bytes };
  }
  if (!secret.startsWith('whsk_')) throw formError('it has neither prefix');
  const pair = decode(secret.slice(5));
  if (pair.length !== 64) throw formError(`the key has ${pair.length} bytes, not 64`);
  const der = Buffer.concat([PKCS8_ED25519, pair.subarray(0, 32)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (!bytesOf(x!).equals(pair.subarray(32))) throw formError('its public key does not belong to its seed');
  return { version: 'v1a', key };
}

/** Checks a new secret, including its length. Returns what is wrong with it, or `null`. */
export function checkStandardSecret(secret: string): string | null {
  try {
    const read = readStandardSecret(secret);
    if (read.version === 'v1' && (read.bytes.length < 24 || read.bytes.length > 64))
      throw formError(`it has ${read.bytes.length} bytes`);
    return null;
  } catch (error) {
    if (error instanceof SecretFormError) return error.message;
    throw error;
  }
}

function bytesOf(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url');
}

/** Accepts only padded base64, because strict decoders at receivers accept no other form. */
function decode(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw formError('it is not padded base64');
  return bytes;
}

function formError(problem: string): SecretFormError {
  return new SecretFormError(`A Standard Webhooks secret must be ${FORM}; ${problem}.`);
}
