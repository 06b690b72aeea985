import { createHash, scryptSync } from 'node:crypto';
import { InvalidOptionError } from '../core/errors.js';

/**
 * One key of the key ring: 32 bytes (a Buffer, 64 hex characters or 44 base64 characters), or a passphrase of at least 32
 * characters.
 */
export interface EncryptionKey {
  /** Stored with each sealed value: at most 16 letters, digits, dashes. */
  id: string;
  key: string | Buffer | undefined;
}

/** Named keys of 32 bytes. The current key seals values; every key opens the values that it has sealed. */
export interface KeyRing {
  current: string;
  keys: ReadonlyMap<string, Buffer>;
}

const ID = /^[A-Za-z0-9-]{1,16}$/;
/** The salt is fixed, because a passphrase must give the same key in every process. */
const SALT = 'nestjs-sms-webhooks';

/** Cached, because deriving a key from a passphrase takes long. */
const RINGS = new WeakMap<object, KeyRing>();

/** Reads the keys of `encryption`. Throws {@link InvalidOptionError} if one cannot be used; the error never shows a key. */
export function createKeyRing(encryption: { current: EncryptionKey; previous: EncryptionKey[] }): KeyRing {
  const known = RINGS.get(encryption);
  if (known) return known;
  const ring = readKeyRing(encryption);
  RINGS.set(encryption, ring);
  return ring;
}

function readKeyRing(encryption: { current: EncryptionKey; previous: EncryptionKey[] }): KeyRing {
  const keys = new Map<string, Buffer>();
  const add = (option: string, { id, key }: EncryptionKey): void => {
    if (typeof id !== 'string' || !ID.test(id)) {
      // Only the beginning of a text is shown, because a key may be set here by mistake.
      const shown = typeof id === 'string' ? `"${id.slice(0, 3)}…"` : kindOf(id);
      throw new InvalidOptionError(
        `${option}.id`,
        shown,
        `${option}.id must be 1 to 16 letters, digits or dashes, not ${shown}`,
      );
    }
    if (id === 'plain')
      throw new InvalidOptionError(
        `${option}.id`,
        id,
        `${option}.id must not be "plain", which marks unencrypted values`,
      );
    if (keys.has(id))
      throw new InvalidOptionError(
        `${option}.id`,
        id,
        `${option}.id must differ from the ids of the other keys`,
      );
    keys.set(id, readKey(`${option}.key`, key));
  };
  add('encryption.current', encryption.current ?? {});
  encryption.previous.forEach((key, index) => add(`encryption.previous[${index}]`, key ?? {}));
  return { current: encryption.current.id, keys };
}

function readKey(option: string, key: string | Buffer | undefined): Buffer {
  if (key === undefined || key === null || key === '') {
    throw new InvalidOptionError(
      option,
      undefined,
      `${option} is missing. Set it to 32 random bytes, such as the output of \`openssl rand -base64 32\` (perhaps its environment variable is not set)`,
    );
  }
  const bytes = typeof key === 'string' ? textKey(key.trim()) : isKeyBuffer(key) ? key : null;
  if (bytes) return bytes;
  // Describes the value without showing it, because it must not get into a log.
  const given = typeof key === 'string' ? `a string of ${key.trim().length} characters` : kindOf(key);
  throw new InvalidOptionError(
    option,
    undefined,
    `${option} must be 32 bytes as a Buffer, 64 hex characters, 44 base64 characters, or a passphrase of at least 32 characters, not ${given}`,
  );
}

function kindOf(given: unknown): string {
  return Buffer.isBuffer(given) ? `a Buffer of ${given.length} bytes` : `a value of the type ${typeof given}`;
}

function isKeyBuffer(key: unknown): key is Buffer {
  return Buffer.isBuffer(key) && key.length === 32;
}

function textKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return Buffer.from(text, 'base64');
  if (text.length < 32) return null;
  return scryptSync(text, createHash('sha256').update(SALT).digest(), 32);
}
