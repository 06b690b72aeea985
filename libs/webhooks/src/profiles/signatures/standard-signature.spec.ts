import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import {
  SecretFormError,
  generateSecret,
  generateSigningKey,
  verificationSecret,
} from './standard-secret.js';
import { standardSignature } from './standard-signature.js';
import { itForAll } from '../../../../../test/support/it-for-all.js';

const published = [
  {
    vector: 'standard-webhooks libraries, symmetric',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  {
    vector: 'standard-webhooks Rust library',
    secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
    timestamp: 1649367553,
    body: '{"email":"test@example.com","username":"test_user"}',
    signature: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
  },
  {
    vector: 'Svix documentation, verifying by hand',
    secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
    id: 'msg_loFOjxBNrRLzqYUf',
    timestamp: 1731705121,
    body: '{"event_type":"ping","data":{"success":true}}',
    signature: 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
  },
  {
    vector: 'Svix server, ed25519',
    secret: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    body: '{"test": 2432232314}',
    signature: 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
  },
];
const body = Buffer.from('{"type":"webhook.test","data":"à 🎉"}');
const now = () => Math.floor(Date.now() / 1000);

function headers(timestamp: number, signature: string): Record<string, string> {
  return { 'webhook-id': 'evt_1', 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
}

function verifiesByKey(publicSecret: string, timestamp: number, signature: string): boolean {
  const x = Buffer.from(publicSecret.slice(5), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.concat([Buffer.from(`evt_1.${timestamp}.`), body]);
  return verify(null, signed, key, Buffer.from(signature.slice(4), 'base64'));
}

describe('the Standard Webhooks signature', () => {
  itForAll(published)(
    'reproduces the published vectors',
    ({ secret, id, timestamp, body: text, signature }) => {
      expect(standardSignature(id, timestamp, Buffer.from(text), [secret])).toBe(signature);
    },
  );

  it('is accepted by the standardwebhooks package, which refuses it for another body', () => {
    const secret = generateSecret();
    const sent = headers(now(), standardSignature('evt_1', now(), body, [secret]));

    expect(new Webhook(secret).verify(body, sent)).toEqual(JSON.parse(body.toString()));
    expect(() => new Webhook(secret).verify(`${body.toString()} `, sent)).toThrow('No matching signature');
  });

  it('contains one signature for each secret during a rotation, newest first, separated by spaces', () => {
    const [newest, oldest] = [generateSecret(), generateSecret()];
    const signature = standardSignature('evt_1', now(), body, [newest, oldest]);

    expect(signature.split(' ')).toEqual([
      standardSignature('evt_1', now(), body, [newest]),
      standardSignature('evt_1', now(), body, [oldest]),
    ]);
    for (const secret of [newest, oldest])
      expect(new Webhook(secret).verify(body, headers(now(), signature))).toBeDefined();
  });

  it('is accepted by the standardwebhooks package even if an ed25519 key signs before the secret', () => {
    const [key, secret] = [generateSigningKey(), generateSecret()];
    const signature = standardSignature('evt_1', now(), body, [key, secret]);

    expect(signature).toMatch(/^v1a,\S+ v1,\S+$/);
    expect(new Webhook(secret).verify(body, headers(now(), signature))).toBeDefined();
  });

  it('is verified by the public half of an ed25519 key, and by no other key', () => {
    const key = generateSigningKey();
    const signature = standardSignature('evt_1', 1700000000, body, [key]);

    expect(verifiesByKey(verificationSecret(key), 1700000000, signature)).toBe(true);
    expect(verifiesByKey(verificationSecret(key), 1700000001, signature)).toBe(false);
    expect(verifiesByKey(verificationSecret(generateSigningKey()), 1700000000, signature)).toBe(false);
  });

  it('fails for a secret of unknown form, with an error that hides the secret', () => {
    const secret = `sk_${randomBytes(24).toString('base64')}`;
    const signing = () => standardSignature('evt_1', 1, body, [secret]);

    expect(signing).toThrow(SecretFormError);
    expect(signing).not.toThrow(secret);
  });
});
