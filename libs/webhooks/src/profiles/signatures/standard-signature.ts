import { createHmac, createSecretKey, sign } from 'node:crypto';
import { KeyCache } from './key-cache.js';
import { readStandardSecret } from './standard-secret.js';

type Signer = (head: string, body: Buffer) => string;

const signers = new KeyCache<Signer>((secret) => {
  const read = readStandardSecret(secret);
  if (read.version === 'v1') {
    const key = createSecretKey(read.bytes); // created once: creating it costs more than the digest
    return (head, body) => `v1,${createHmac('sha256', key).update(head).update(body).digest('base64')}`;
  }
  const { key } = read;
  return (head, body) =>
    `v1a,${sign(null, Buffer.concat([Buffer.from(head), body]), key).toString('base64')}`;
});

/**
 * Returns the value of `webhook-signature` (Standard Webhooks 1.0): a signature of `id.timestamp.body` by each secret, in
 * the order of the secrets, separated by spaces. `whsec_` secrets make `v1` signatures, and `whsk_` keys make `v1a`
 * signatures. Throws `SecretFormError` for other secrets.
 *
 * @param id the `webhook-id`; it contains no full stop
 * @param timestamp the `webhook-timestamp`: the time of the attempt (Unix seconds)
 */
export function standardSignature(
  id: string,
  timestamp: number,
  body: Buffer,
  secrets: readonly string[],
): string {
  const head = `${id}.${timestamp}.`;
  if (secrets.length === 1) return signers.get(secrets[0]!)(head, body);
  return secrets.map((secret) => signers.get(secret)(head, body)).join(' ');
}
