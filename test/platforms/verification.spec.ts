import { createHmac, createPublicKey, timingSafeEqual, verify as verifyBytes } from 'node:crypto';
import { HTTP } from 'cloudevents';
import { jwtVerify } from 'jose';
import { Webhook } from 'standardwebhooks';
import { eventExample } from '../../libs/webhooks/src/events/catalogue/event-example.js';
import { assertHeaders, assertProfile } from '../../libs/webhooks/src/testing/profile-kit.js';
import type { ProvenRequest, Verify } from '../../libs/webhooks/src/testing/profile-kit.js';
import { httpsms } from '../../libs/webhooks/src/profiles/dialects/httpsms.js';
import { mobileTextAlerts } from '../../libs/webhooks/src/profiles/dialects/mobile-text-alerts.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { mysmsgate } from '../../libs/webhooks/src/profiles/dialects/mysmsgate.js';
import { opensms } from '../../libs/webhooks/src/profiles/dialects/opensms.js';
import { standardCloudEvents } from '../../libs/webhooks/src/profiles/dialects/standard-cloudevents.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';

/** Verifies a request without a library: compares its signature in constant time with a digest of the raw body. */
const digest =
  (header: string, { prefix = '', encoding = 'hex' as 'hex' | 'base64' } = {}): Verify =>
  ({ headers, body, secret }) => {
    const expected = `${prefix}${createHmac('sha256', secret).update(body).digest(encoding)}`;
    const got = headers[header]!;
    return got.length === expected.length && timingSafeEqual(Buffer.from(got), Buffer.from(expected));
  };

const standardWebhooks: Verify = ({ headers, body, secret }) => new Webhook(secret).verify(body, headers);

const ed25519: Verify = ({ headers, body, secret }) => {
  const x = Buffer.from(secret.slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const head = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`);
  const signature = Buffer.from(headers['webhook-signature']!.slice('v1a,'.length), 'base64');
  return verifyBytes(null, Buffer.concat([head, body]), key, signature);
};

const bearer: Verify = ({ headers, secret, url }: ProvenRequest) =>
  jwtVerify(headers['authorization']!.slice('Bearer '.length), new TextEncoder().encode(secret), {
    issuer: 'api.httpsms.com',
    audience: url,
    subject: 'tenant_test',
  });

describe('What a profile sends', () => {
  it.each([
    { profile: standard(), verify: standardWebhooks, verifier: 'the standardwebhooks package' },
    { profile: standardCloudEvents(), verify: standardWebhooks, verifier: 'the standardwebhooks package' },
    { profile: standard({ scheme: 'v1a' }), verify: ed25519, verifier: 'the public key alone' },
    { profile: msgine(), verify: digest('x-msgine-signature'), verifier: 'the recipe of its document' },
    { profile: opensms(), verify: digest('x-opensms-signature'), verifier: 'a digest of the body' },
    { profile: mysmsgate(), verify: digest('x-mysmsgate-signature'), verifier: 'a digest of the body' },
    { profile: mobileTextAlerts(), verify: digest('x-signature'), verifier: 'the recipe of its document' },
  ])('is verified by $verifier: $profile.name', async ({ profile, verify }) => {
    await assertProfile(profile, verify);
  });

  it('is verified by a JWT library, with the URL as audience and the tenant as subject: httpsms', async () => {
    await assertProfile(httpsms(), bearer, { coversBody: false });
  });

  it('is accepted by MsGine’s printed check, which serialises the parsed body again', async () => {
    const message = { id: 'msg_1', direction: 'out', to: '+256701521269', from: 'Café', body: '' };
    const event = eventExample('message.failed', {
      data: { message: { ...message, errorMessage: 'Numéro "invalide" / введено 🎉 < & \u2028' } },
    });

    await assertHeaders(msgine(), event, ({ headers, body, secret }) => {
      const payload = JSON.stringify(JSON.parse(body.toString('utf8')));
      return headers['x-msgine-signature'] === createHmac('sha256', secret).update(payload).digest('hex');
    });
  });

  it('has headers with the event’s id, the event’s sequence and the time of the attempt: standard', async () => {
    const event = eventExample('message.sent', { sequence: '90071992547409930' });

    const [request] = await assertHeaders(standard(), event, atTheTime, { now: 1700000000999 });

    expect(request!.headers).toEqual({
      'webhook-id': 'evt_01HM69RQJRE008000028T5CY4G',
      'webhook-timestamp': '1700000000',
      'webhook-signature': expect.stringMatching(/^v1,/),
      'webhook-sequence': '90071992547409930',
      'content-type': 'application/json',
    });
  });

  it('is signed with all live secrets during a rotation if the scheme allows several, else with the newest', async () => {
    const event = eventExample('message.delivered');
    const both = (secrets: string[]) => ({ secrets });
    const [newest, oldest] = [
      'whsec_bmV3ZXN0bmV3ZXN0bmV3ZXN0bmV3ZXN0',
      'whsec_b2xkZXN0b2xkZXN0b2xkZXN0b2xkZXN0',
    ];

    for (const first of [newest, oldest]) {
      const order = first === newest ? [newest, oldest] : [oldest, newest];
      await assertHeaders(standard(), event, standardWebhooks, both(order));
    }
    await assertHeaders(msgine(), event, digest('x-msgine-signature'), both([newest, oldest]));
    expect([standard(), msgine(), httpsms()].map(({ secret }) => secret.signsWithAll)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is unsigned if an endpoint has no secret and the platform allows that', () => {
    const input = {
      eventId: 'evt_1',
      sequence: '1',
      wireType: 'message.phone.sent',
      tenantId: 'tenant_test',
      url: 'https://receiver.example/hook',
      body: Buffer.from('{}'),
      secrets: [],
      now: 0,
      attempt: 1,
    };

    expect(httpsms().headers(input)).toEqual({ 'x-event-type': 'message.phone.sent' });
    expect(httpsms().headers({ ...input, secrets: ['  '] })).toEqual({
      'x-event-type': 'message.phone.sent',
    });
    expect(opensms().headers(input)).toEqual({});
  });

  it('names its event in X-Event-Type, and has the issuer that the host sets: httpsms', async () => {
    const [request] = await assertHeaders(
      httpsms({ issuer: 'api.example.com' }),
      eventExample('phone.offline'),
      ({ headers, secret }) =>
        jwtVerify(headers['authorization']!.slice(7), new TextEncoder().encode(secret), {
          issuer: 'api.example.com',
        }),
      { coversBody: false },
    );

    expect(request!.headers['x-event-type']).toBe('phone.heartbeat.offline');
    expect(request!.headers['content-type']).toBe('application/json');
  });

  it('carries the signature in the header, prefix and encoding that the host has chosen, if the platform’s document does not name them', async () => {
    const event = eventExample('message.delivered');
    const signature = { header: 'X-Acme-Signature', prefix: 'sha256=', encoding: 'base64' } as const;
    const verify = digest('x-acme-signature', { prefix: 'sha256=', encoding: 'base64' });

    await assertHeaders(opensms({ signature }), event, verify);
    await assertHeaders(mysmsgate({ signature }), event, verify);
  });

  it.each([standardCloudEvents(), httpsms()])(
    'is a CloudEvent that the CloudEvents SDK accepts: $name',
    (profile) => {
      const event = eventExample('message.delivered', { source: '/v1/messages/1/events' });
      const [wire] = profile.render(event);

      const received = HTTP.toEvent<{ id: string }>({
        headers: { 'content-type': 'application/cloudevents+json' },
        body: wire!.body,
      });

      expect(Array.isArray(received)).toBe(false);
      expect(received).toMatchObject({
        id: event.uuid,
        specversion: '1.0',
        source: '/v1/messages/1/events',
        type: wire!.type,
        datacontenttype: 'application/json',
      });
    },
  );

  it('holds the whole event as a CloudEvent: subject, time and data, with the source that the host has set', () => {
    const event = eventExample('webhook.test');
    const bodyOf = (from: typeof event) =>
      standardCloudEvents({ source: 'https://api.example.com' }).render(from)[0]!.body;

    expect(bodyOf(event)).toBe(
      `{"specversion":"1.0","id":"${event.uuid}","source":"https://api.example.com","type":"webhook.test","datacontenttype":"application/json","time":"2024-01-15T10:30:15.000Z","data":{"message":"This is a test: the endpoint receives its webhooks."}}`,
    );
    expect(JSON.parse(bodyOf({ ...event, subject: 'msg_1', source: '/a' }))).toMatchObject({
      subject: 'msg_1',
      source: '/a',
    });
  });

  it('uses the event’s id as MsGine’s id each time the event is rendered, if the host chooses that', () => {
    const event = eventExample('message.sent');
    const [wire] = msgine({ idMode: 'event' }).render(event);

    expect(JSON.parse(wire!.body)).toMatchObject({
      id: 'evt_01HM69RQJRE008000028T5CY4G',
      messageId: 'msg_test_001234567890',
    });
    expect(msgine({ idMode: 'event' }).render(event)).toEqual([wire]);
  });
});

/** The standardwebhooks package refuses old timestamps, so an old attempt is checked by hand. */
function atTheTime({ headers, body, secret }: ProvenRequest): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const head = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
  const expected = createHmac('sha256', key).update(head).update(body).digest('base64');
  return headers['webhook-signature'] === `v1,${expected}`;
}
