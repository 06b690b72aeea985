import { scryptSync, createHash } from 'node:crypto';

/** Shorter pieces of text may match by chance. */
const SHORTEST = 10;

/**
 * The forms in which a secret can appear: unchanged, without its prefix, percent-encoded and escaped for JSON. Its
 * characters and the bytes that it encodes can also appear in hex, as a list, or in base64 within a longer text.
 */
export function formsOf(secret: string): string[] {
  const bare = secret.replace(/^wh(sec|sk|pk)_/, '');
  const texts = [secret, bare, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  const bytes = [Buffer.from(secret), Buffer.from(bare), ...decoded(secret, bare)];
  const encoded = bytes.flatMap((each) => [
    each.toString('hex'),
    each.toString('hex').toUpperCase(),
    each.toString('latin1'),
    // A Buffer as `inspect` writes it, and as JSON.
    (each.toString('hex').match(/../g) ?? []).join(' '),
    each.join(','),
    ...withinBase64(each),
  ]);
  return [...new Set([...texts, ...encoded])].filter((form) => form.length >= SHORTEST);
}

/** The bytes that a secret's text encodes, if it encodes a key. */
function decoded(secret: string, bare: string): Buffer[] {
  if (bare !== secret) {
    const bytes = Buffer.from(bare, 'base64');
    // A signing key is a seed, followed by the public key, which is not secret.
    return [secret.startsWith('whsk_') ? bytes.subarray(0, 32) : bytes];
  }
  if (/^[0-9a-f]{64}$/i.test(secret)) return [Buffer.from(secret, 'hex')];
  if (/^[A-Za-z0-9+/]{43}=$/.test(secret)) return [Buffer.from(secret, 'base64')];
  return [];
}

/**
 * Base64 encodes groups of three bytes. `bytes` can begin at three places in a group, and each place gives another text.
 * Returns, for each place, the characters that do not depend on the neighbouring bytes.
 */
function withinBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The characters at either end hold bits of the neighbours, too.
    const own = text.slice(offset === 0 ? 0 : offset + 1, (offset + bytes.length) % 3 === 0 ? undefined : -1);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The key that the module derives from a passphrase, in hex. */
export function keyOfPassphrase(passphrase: string): string {
  return scryptSync(passphrase, createHash('sha256').update('nestjs-sms-webhooks').digest(), 32).toString(
    'hex',
  );
}
