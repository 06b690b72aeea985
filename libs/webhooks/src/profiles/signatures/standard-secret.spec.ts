import {
  checkStandardSecret,
  generateSecret,
  generateSigningKey,
  verificationSecret,
} from './standard-secret.js';
import { itForAll } from '../../../../../test/support/it-for-all.js';

const whsec = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('a Standard Webhooks secret', () => {
  it('is generated as whsec_ and the base64 of 32 bytes, never the same twice', () => {
    expect(generateSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(generateSecret()).not.toBe(generateSecret());
  });

  it('may be an ed25519 key pair (whsk_), whose owner sees only the public key (whpk_)', () => {
    const known =
      'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';

    expect(checkStandardSecret(generateSigningKey())).toBeNull();
    expect(verificationSecret(known)).toBe('whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=');
    expect(verificationSecret(whsec(24))).toBe(whsec(24));
  });

  itForAll([whsec(24), whsec(32), whsec(64)])(
    'is accepted from a caller in every allowed length',
    (secret) => {
      expect(checkStandardSecret(secret)).toBeNull();
    },
  );

  itForAll([
    ['too short', whsec(23), 'it has 23 bytes'],
    ['too long', whsec(65), 'it has 65 bytes'],
    ['without a prefix', whsec(32).slice(6), 'it has neither prefix'],
    ['without padding', whsec(32).replace('=', ''), 'it is not padded base64'],
    ['in base64url', `whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`, 'it is not padded base64'],
    ['with a line end', `${whsec(24)}\n`, 'it is not padded base64'],
    ['empty', '', 'it has neither prefix'],
    ['half a key pair', `whsk_${Buffer.alloc(32).toString('base64')}`, 'the key has 32 bytes, not 64'],
    [
      'a public key of another pair',
      `whsk_${Buffer.alloc(64, 1).toString('base64')}`,
      'its public key does not belong',
    ],
    ['a public key', 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=', 'it has neither prefix'],
  ])('is refused, with the reason, in every other form', ([, secret, reason]) => {
    expect(checkStandardSecret(secret)).toContain(reason);
  });
});
