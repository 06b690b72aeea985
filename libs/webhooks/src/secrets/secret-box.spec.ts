import * as fc from 'fast-check';
import { InvalidOptionError, WebhooksSetupError } from '../core/errors.js';
import type { EncryptionKey } from './key-ring.js';
import { createSecretBox } from './create-secret-box.js';
import { sealContext, type SecretBox, SecretUnreadableError } from './secret-box.js';
import { itForAll } from '../../../../test/support/it-for-all.js';

const HEX = 'ab'.repeat(32);
const KEY_BYTES = Buffer.from(HEX, 'hex');
const key = (id: string, value: EncryptionKey['key'] = HEX): EncryptionKey => ({ id, key: value });
const sealed = (current: EncryptionKey, ...previous: EncryptionKey[]): SecretBox =>
  createSecretBox({
    encryption: { current, previous, acceptPlaintext: false },
    allowPlaintextSecrets: false,
  });
const plain = createSecretBox({ encryption: null, allowPlaintextSecrets: true });

const CONTEXT = sealContext('tenant-1', '0199f000-0000-7000-8000-000000000001');

/** Returns what a call threw. */
function thrown(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw.');
}

describe('The secret box', () => {
  it('opens what it has sealed, whatever the text; a sealed value contains the name of the key but not the text', () => {
    const box = sealed(key('k1'));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const value = box.seal(text, CONTEXT);
        expect(box.open(value, CONTEXT)).toBe(text);
        expect(value).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]*\.[\w-]{22}$/);
        if (text.length > 3) expect(value).not.toContain(text);
      }),
    );
  });

  it('seals the same text differently each time', () => {
    const box = sealed(key('k1'));
    expect(box.seal('secret', CONTEXT)).not.toBe(box.seal('secret', CONTEXT));
  });

  it('does not open a value that was copied to another row, even of the same tenant', () => {
    const box = sealed(key('k1'));
    const value = box.seal('secret', CONTEXT);
    for (const elsewhere of [
      sealContext('tenant-1', null),
      sealContext('tenant-2', '0199f000-0000-7000-8000-000000000001'),
      sealContext('tenant-1', '0199f000-0000-7000-8000-000000000002'),
    ]) {
      expect(() => box.open(value, elsewhere)).toThrow(SecretUnreadableError);
    }
  });

  it('does not open a value that names another key or was changed in any part', () => {
    const box = sealed(key('k1'), key('k2', 'cd'.repeat(32)));
    const parts = box.seal('secret', CONTEXT).split('.');
    const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
    for (const place of [2, 3, 4]) {
      const changed = parts.map((part, i) => (i === place ? flip(part) : part)).join('.');
      expect(() => box.open(changed, CONTEXT)).toThrow(SecretUnreadableError);
    }
    expect(() => box.open(['v1', 'k2', ...parts.slice(2)].join('.'), CONTEXT)).toThrow(SecretUnreadableError);
    expect(() => box.open('v2.something', CONTEXT)).toThrow(SecretUnreadableError);
  });

  it('opens values of previous keys, calls them stale, and seals under the current key', () => {
    const old = sealed(key('k1')).seal('secret', CONTEXT);
    const box = sealed(key('k2', 'cd'.repeat(32)), key('k1'));
    expect(box.open(old, CONTEXT)).toBe('secret');
    expect(box.isStale(old)).toBe(true);
    expect(box.isStale(box.seal('secret', CONTEXT))).toBe(false);
  });

  it('says which key is missing', () => {
    const old = sealed(key('k1')).seal('secret', CONTEXT);
    const error = thrown(() => sealed(key('k2', 'cd'.repeat(32))).open(old, CONTEXT));
    expect(error).toBeInstanceOf(SecretUnreadableError);
    expect(error.message).toContain('"k1"');
    expect(error.message).toContain('encryption.previous');
  });

  it('opens unencrypted values only if the options accept them, and calls them stale', () => {
    const stored = plain.seal('secret', CONTEXT);
    const encryption = { current: key('k1'), previous: [], acceptPlaintext: true };
    const accepting = createSecretBox({ encryption, allowPlaintextSecrets: false });
    expect(accepting.open(stored, CONTEXT)).toBe('secret');
    const error = thrown(() => sealed(key('k1')).open(stored, CONTEXT));
    expect(error).toBeInstanceOf(SecretUnreadableError);
    expect(error.message).toContain('it is not encrypted, and encryption.acceptPlaintext is not set');
    for (const box of [accepting, sealed(key('k1'))]) expect(box.isStale(stored)).toBe(true);
  });

  it('without a key, opens unencrypted values; a sealed value causes an error that names its key', () => {
    expect(plain.open(plain.seal('v1.not.sealed', CONTEXT), CONTEXT)).toBe('v1.not.sealed');
    const error = thrown(() => plain.open(sealed(key('k1')).seal('secret', CONTEXT), CONTEXT));
    expect(error).toBeInstanceOf(SecretUnreadableError);
    expect(error.message).toContain('"k1"');
  });

  it('accepts the same key as bytes, hex or base64, and accepts a passphrase', () => {
    const bytes = Buffer.from(HEX, 'hex');
    const value = sealed(key('k1', bytes)).seal('secret', CONTEXT);
    expect(sealed(key('k1', HEX)).open(value, CONTEXT)).toBe('secret');
    expect(sealed(key('k1', ` ${bytes.toString('base64')}\n`)).open(value, CONTEXT)).toBe('secret');
    const passphrase = 'correct horse battery staple, twice';
    const other = sealed(key('k1', passphrase)).seal('secret', CONTEXT);
    expect(sealed(key('k1', passphrase)).open(other, CONTEXT)).toBe('secret');
  });
});

describe('Without a usable key, the start fails', () => {
  it('if no key is configured, whatever NODE_ENV is, with an error that names both solutions', () => {
    const error = thrown(() => createSecretBox({ encryption: null, allowPlaintextSecrets: false }));
    expect(error).toBeInstanceOf(WebhooksSetupError);
    expect(error.message).toContain('encryption:');
    expect(error.message).toContain('allowPlaintextSecrets: true');
  });

  it('if the environment variable is not set, unless unencrypted secrets are allowed', () => {
    const encryption = { current: { id: 'k1', key: undefined }, previous: [], acceptPlaintext: false };
    const error = thrown(() => createSecretBox({ encryption, allowPlaintextSecrets: false }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).toContain('encryption.current.key');
    expect(createSecretBox({ encryption, allowPlaintextSecrets: true }).seal('x', '')).toBe('plain.x');
  });

  itForAll([
    ['too short', 'k1', 'not long enough'],
    ['half a hex key', 'k1', 'ab'.repeat(15)],
    ['bytes of another length', 'k1', Buffer.alloc(16, 7)],
    ['a key where the id belongs', HEX, HEX],
    ['the bytes of a key where the id belongs', KEY_BYTES as never, KEY_BYTES],
    ['an id with other characters', 'k 1', HEX],
    ['an empty id', '', HEX],
    ['the id `plain`, which marks unencrypted values', 'plain', HEX],
  ])('if the key is invalid, with an error that does not show the key', ([, id, value]) => {
    const error = thrown(() => sealed(key(id, value)));
    expect(error).toBeInstanceOf(InvalidOptionError);
    const shown = JSON.stringify({ ...error, message: error.message });
    expect(shown).not.toContain(typeof value === 'string' ? value : value.toString('hex'));
    if (typeof value !== 'string') expect(shown).not.toContain([...value.subarray(0, 4)].join(','));
  });

  it('if two keys have the same id', () => {
    expect(thrown(() => sealed(key('k1'), key('k1', 'cd'.repeat(32)))).message).toContain(
      'encryption.previous[0].id',
    );
  });
});
