import { inspect } from 'node:util';
import { formsOf } from './secret-forms.js';
import { itForAll } from '../support/it-for-all.js';

const secret = `whsec_${Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 256)).toString('base64')}`;
const bytes = Buffer.from(secret.slice(6), 'base64');

describe('A search for a secret finds it', () => {
  it.each<[string, string]>([
    ['as it is', `secret=${secret};`],
    ['without its prefix', secret.slice(6)],
    ['in JSON', JSON.stringify({ secret })],
    ['in a URL', `?secret=${encodeURIComponent(secret)}`],
    ['as hex of its characters', Buffer.from(secret).toString('hex')],
    ['as hex of its bytes', bytes.toString('hex')],
    ['as upper-case hex of its bytes', bytes.toString('hex').toUpperCase()],
    ['as base64url of its bytes', bytes.toString('base64url')],
    ['as the bytes', bytes.toString('latin1')],
    ['in a Buffer that is inspected', inspect({ key: bytes })],
    ['in a Buffer as JSON', JSON.stringify({ key: bytes })],
    ['in the credentials of a proxy', Buffer.from(`me:${secret}`).toString('base64')],
    ['in base64 of JSON', Buffer.from(JSON.stringify({ a: secret, b: 1 })).toString('base64')],
    ['in base64url of a token', Buffer.from(JSON.stringify({ key: secret })).toString('base64url')],
    [
      'in base64 that begins one byte before the secret',
      Buffer.concat([Buffer.from('x'), bytes]).toString('base64'),
    ],
  ])('%s', (_, place) => {
    expect(formsOf(secret).filter((form) => place.includes(form))).not.toEqual([]);
  });

  itForAll(['ab'.repeat(32), Buffer.alloc(32, 7).toString('base64')])(
    'if the secret is an encryption key',
    (key) => {
      const raw = Buffer.from(key, key.endsWith('=') ? 'base64' : 'hex');
      for (const form of [key, raw.toString('hex'), raw.toString('base64'), raw.toString('base64url')])
        expect([form, formsOf(key).some((each) => form.includes(each))]).toEqual([form, true]);
    },
  );

  it('but does not find it in another secret', () => {
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    expect(formsOf(secret).filter((form) => JSON.stringify(formsOf(other)).includes(form))).toEqual([]);
  });
});
