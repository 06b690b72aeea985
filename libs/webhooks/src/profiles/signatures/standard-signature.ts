import { createHmac, createSecretKey, sign } from 'node:crypto';
import { KeyCache } from './key-cache.js';
import { readStandardSecret } from './standard-secret.js';

type Signer = (head: string, body: Buffer) => string;

const signers = new KeyCache<Signer>((secret) => {
  const read = readStandardSecret(secret);
  if (read.version === 'v1') {
    const key = createSecretKey(read.bytes); // made once: from bytes it costs more than the digest
    return (head, body) => `v1,${createHmac('sha256', key).update(head).update(body).digest('base64')}`;
  }
  const { key } = read;
  return (head, body) =>
    `v1a,${sign(null, Buffer.concat([Buffer.from(head), body]), key).toString('base64')}`;
});

/**
 * Value of `webhook-signature` (Standard Webhooks 1.0): over `id.timestamp.body`, `v1` for each `whsec_` secret and `v1a`
 * for each `whsk_` key, in the order given, with a space between. Throws `SecretFormError` for any other secret.
 *
 * @param id the `webhook-id`; holds no full stop
 * @param timestamp the `webhook-timestamp`, Unix seconds of the attempt
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
