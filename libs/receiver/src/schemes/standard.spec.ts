import { Webhook } from 'standardwebhooks';
import { refusalOf } from '../../../../test/receivers/refusal-of.js';
import { standardRequest, standardSignature } from '../../../../test/receivers/signed-request.js';
import { verifyWebhook } from '../verify.js';
import { itForAll } from '../../../../test/support/it-for-all.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const signingKey =
  'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const publicKey = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
const body = '{"type":"message.delivered","data":{}}';
const at = 1_700_000_000;
const now = at * 1000;

const verify = (
  request: { headers: Record<string, string>; body: string },
  secrets: string | string[] = secret,
  more = {},
) => verifyWebhook({ profile: 'standard', ...request, secrets, now, ...more });
const refusal = (...args: Parameters<typeof verify>) => refusalOf(() => verify(...args));
const signed = (secrets: string | string[] = secret, parts = {}) =>
  standardRequest(body, secrets, { at, ...parts });

describe('The published vectors of Standard Webhooks', () => {
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const test = '{"test": 2432232314}';
  itForAll([
    ['V1', secret, id, 1614265330, test, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    [
      'V2',
      other,
      'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
      1649367553,
      '{"email":"test@example.com","username":"test_user"}',
      'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
    ],
    [
      'V3',
      'whsec_plJ3nmyCDGBKInavdOK15jsl',
      'msg_loFOjxBNrRLzqYUf',
      1731705121,
      '{"event_type":"ping","data":{"success":true}}',
      'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    ],
    [
      'V4 (v1a)',
      publicKey,
      id,
      1614265330,
      test,
      'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
    ],
  ])('are verified', ([, key, webhookId, timestamp, text, signature]) => {
    const headers = {
      'webhook-id': webhookId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    };
    const webhook = verifyWebhook({
      profile: 'standard',
      headers,
      body: text,
      secrets: key,
      now: timestamp * 1000,
    });
    expect(webhook).toMatchObject({ id: webhookId, payload: JSON.parse(text) });
  });
});

describe('The standard profile, compared with the standardwebhooks package', () => {
  it('accepts a request that the package signs', () => {
    const date = new Date(now);
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(at),
      'webhook-signature': new Webhook(secret).sign('evt_1', date, body),
    };
    expect(verify({ headers, body })).toMatchObject({ id: 'evt_1', type: 'message.delivered' });
  });

  it.each([
    ['a valid request', body, secret],
    ['a changed body', `${body} `, secret],
    ['another secret', body, other],
  ])('gives the same result as the package for %s', (_name, sent, key) => {
    const { headers } = standardRequest(body, secret);
    const request = { headers, body: sent };
    const theirs = outcome(() => new Webhook(key).verify(sent, headers));
    expect(outcome(() => verifyWebhook({ profile: 'standard', ...request, secrets: key }))).toBe(theirs);
  });

  itForAll([-301, -300, -299, 0, 299, 300, 301])(
    'gives the same result as the package, whatever the age of the request',
    (age) => {
      jest.useFakeTimers({ now });
      try {
        const request = signed(secret, { at: at - age });
        const theirs = outcome(() => new Webhook(secret).verify(body, request.headers));
        expect(outcome(() => verify(request))).toBe(theirs);
      } finally {
        jest.useRealTimers();
      }
    },
  );
});

describe('The standard profile: secrets', () => {
  it('accepts requests while one secret replaces another, whichever side changes first', () => {
    expect(verify(signed(secret), [other, secret]).id).toBe('evt_1');
    expect(verify(signed([other, secret]), secret).id).toBe('evt_1');
  });

  it('verifies a v1a signature beside a v1 signature, and a v1 signature beside a v1a signature', () => {
    expect(verify(signed([secret, signingKey]), publicKey).id).toBe('evt_1');
    expect(verify(signed([signingKey, secret]), secret).id).toBe('evt_1');
    expect(verify(signed(signingKey), [secret, publicKey]).id).toBe('evt_1');
  });

  it('accepts a secret without its prefix and with a line end, and a signature without its padding', () => {
    const { headers } = signed();
    const bare = { ...headers, 'webhook-signature': headers['webhook-signature']!.replace(/=+$/, '') };
    expect(verify({ headers: bare, body }, `${secret.slice(6)}\n`).id).toBe('evt_1');
  });

  itForAll([
    ["the sender's private key", signingKey],
    ['a public key of another length', 'whpk_AAAA'],
    ['text that is not base64', 'whsec_not base64!'],
    ['a prefix alone', 'whsec_'],
  ])('refuses invalid secrets', ([, key]) => {
    expect(refusal(signed(), key).reason).toBe('bad-secret');
  });

  it('names the version that the sender signs with, if the receiver has no key of this version', () => {
    const refused = refusal(signed(signingKey), secret);
    expect(refused.reason).toBe('signature-mismatch');
    expect(refused.message).toMatch(/v1a only/);
  });

  it('does not accept a v1a signature that is labelled v1', () => {
    const { headers } = signed(signingKey);
    const relabelled = {
      ...headers,
      'webhook-signature': headers['webhook-signature']!.replace('v1a,', 'v1,'),
    };
    expect(refusal({ headers: relabelled, body }, publicKey).reason).toBe('signature-mismatch');
  });
});

describe('The standard profile: time', () => {
  it('refuses an old and a future timestamp, even if they are signed correctly', () => {
    expect(refusal(signed(secret, { at: at - 301 })).reason).toBe('timestamp-too-old');
    expect(refusal(signed(secret, { at: at + 301 })).reason).toBe('timestamp-too-new');
  });

  it('accepts another tolerance, also 0', () => {
    expect(verify(signed(secret, { at: at - 900 }), secret, { toleranceSeconds: 900 }).id).toBe('evt_1');
    expect(refusal(signed(secret, { at: at - 1 }), secret, { toleranceSeconds: 0 }).reason).toBe(
      'timestamp-too-old',
    );
  });

  itForAll([-1, Number.NaN, '300', null])('refuses wrong tolerances', (toleranceSeconds) => {
    expect(refusal(signed(), secret, { toleranceSeconds }).reason).toBe('bad-option');
  });

  it('reports an old request with a wrong signature as a signature mismatch', () => {
    expect(refusal(signed(other, { at: at - 9000 })).reason).toBe('signature-mismatch');
  });
});

describe('The standard profile: headers', () => {
  const change = (name: string, value: string) => ({
    headers: { ...signed().headers, [name]: value },
    body,
  });

  itForAll(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'refuses a request without one of its headers',
    (name) => {
      const headers = Object.entries(signed().headers).filter(([key]) => key !== name);
      expect(refusal({ headers: Object.fromEntries(headers), body }).reason).toBe('missing-header');
      expect(refusal(change(name, ' ')).reason).toBe('missing-header');
    },
  );

  itForAll([
    ['webhook-id', 'evt.1'],
    ['webhook-timestamp', '1700000000.5'],
    ['webhook-timestamp', '17e8'],
    ['webhook-timestamp', ' -1'],
    ['webhook-timestamp', '1700000000, 1700000000'],
    ['webhook-timestamp', 'Infinity'],
    ['webhook-signature', 'v1'],
    ['webhook-signature', 'v2,AAAA'],
    ['webhook-signature', 'AAAA'],
    ['webhook-signature', Array.from({ length: 33 }, () => 'v1,AAAA').join(' ')],
  ])('refuses a header with a malformed value', ([name, value]) => {
    expect(refusal(change(name, value)).reason).toBe('malformed-header');
  });

  itForAll([
    ['no signature', 'v1,'],
    ['a shorter one', 'v1,g0hM9SsE'],
    ['one with invalid characters', 'v1,🙂'],
    ['one joined with a comma', `${signed().headers['webhook-signature']}, v1,AAAA`],
  ])('reports a mismatch for v1 entries that are not the signature of the request', ([, value]) => {
    expect(refusal(change('webhook-signature', value)).reason).toBe('signature-mismatch');
  });

  it('skips signatures of unknown versions', () => {
    const signature = standardSignature(secret, `evt_1.${at}.${body}`);
    expect(verify(change('webhook-signature', `v9,abc junk ${signature}`)).id).toBe('evt_1');
  });

  it('refuses a changed id or timestamp, because the signature covers them', () => {
    expect(refusal(change('webhook-id', 'evt_2')).reason).toBe('signature-mismatch');
    expect(refusal(change('webhook-timestamp', String(at + 1))).reason).toBe('signature-mismatch');
    expect(refusal(change('webhook-timestamp', `0${at}`)).reason).toBe('signature-mismatch');
  });
});

function outcome(work: () => unknown): 'accepted' | 'refused' {
  try {
    work();
    return 'accepted';
  } catch {
    return 'refused';
  }
}
