import { createHmac } from 'node:crypto';
import { eventExample } from '../events/catalogue/event-example.js';
import { bodySignature } from '../profiles/body-signature.js';
import { defineProfile } from '../profiles/profile.js';
import type { Profile } from '../profiles/profile.js';
import { renderByType, wireEvent } from '../profiles/rendering.js';
import { opensms } from '../profiles/dialects/opensms.js';
import { ProfileAssertionError, assertHeaders, assertProfile, assertRendering } from './profile-kit.js';
import type { Verify } from './profile-kit.js';
import { simulateRetries } from './schedule-walk.js';

/** A profile as a host writes one. */
function acme(change: Partial<Profile> = {}): Profile {
  return defineProfile({
    ...opensms(),
    name: 'acme',
    title: 'Acme',
    render: renderByType({
      'message.delivered': (event) => [wireEvent('sms.done', { at: event.occurredAt })],
    }),
    headers: bodySignature({ header: 'x-acme' }),
    registration: { ...opensms().registration, eventNames: ['sms.done'] },
    testTypes: { 'sms.done': 'message.delivered' },
    ...change,
  });
}

const verify: Verify = ({ headers, body, secret }) => {
  if (headers['x-acme'] !== createHmac('sha256', secret).update(body).digest('hex'))
    throw new Error('refused');
};
const delivered = eventExample('message.delivered');
const body = (text: string, type = 'sms.done'): Partial<Profile> => ({
  render: () => [{ type, body: text }],
});

describe('the kit for profiles', () => {
  it('accepts a profile that meets the contract, and returns the requests', async () => {
    await assertProfile(acme(), verify);

    const [sent] = await assertHeaders(acme(), delivered, verify, { now: 1000, secrets: ['s'.repeat(16)] });
    expect(sent).toMatchObject({ wireType: 'sms.done', now: 1000, secret: 's'.repeat(16) });
    expect(sent!.headers['content-type']).toBe('application/json');
  });

  it('treats a promise that resolves to false as a refusal', async () => {
    await expect(assertHeaders(acme(), delivered, async () => false)).rejects.toThrow(
      'Webhook profile "acme": verify refused sms.done with its own signature.',
    );
  });

  it.each([
    [
      'bytes that differ from call to call',
      { render: () => [wireEvent('sms.done', [process.hrtime.bigint().toString()])] },
      'gave different bytes the second time',
    ],
    [
      'a name that nobody can subscribe to',
      body('{}', 'sms.lost'),
      'sms.lost is not in registration.eventNames',
    ],
    ['an empty name', body('{}', ''), 'must have 1 to 128 characters'],
    ['a body that UTF-8 cannot hold', body('"\ud83d"'), 'holds half a surrogate pair'],
    [
      'two requests with the same name',
      { render: () => [wireEvent('sms.done', {}), wireEvent('sms.done', {})] },
      'gave two requests with the same name',
    ],
  ] as [string, Partial<Profile>, string][])('finds %s', (_, change, what) => {
    expect(() => assertRendering(acme(change), delivered)).toThrow(ProfileAssertionError);
    expect(() => assertRendering(acme(change), delivered)).toThrow(what);
  });

  it('finds a render that changes the event', () => {
    const render: Profile['render'] = (event) => {
      (event.data as Record<string, unknown>)['seen'] = true;
      return [wireEvent('sms.done', {})];
    };

    expect(() => assertRendering(acme({ render }), eventExample('message.delivered', { data: {} }))).toThrow(
      'render changed the event message.delivered',
    );
  });

  it.each([
    [
      'a header of the module’s own',
      { headers: () => ({ 'content-type': 'text/plain' }) },
      'headers must not set "content-type"',
    ],
    ['a header in capitals', { headers: () => ({ 'X-Acme': '1' }) }, 'headers must not set "X-Acme"'],
    [
      'a header value with a line end',
      { headers: () => ({ 'x-acme': '1\r\n' }) },
      'the value of x-acme must be printable',
    ],
    [
      'a signature that nobody can verify',
      { headers: () => ({ 'x-acme': 'nonsense' }) },
      'verify refused sms.done with its own signature',
    ],
  ] as [string, Partial<Profile>, string][])('finds %s', async (_, change, what) => {
    await expect(assertHeaders(acme(change), delivered, verify)).rejects.toThrow(what);
  });

  it('finds a check that accepts everything, and a check that ignores the body', async () => {
    const headers: Profile['headers'] = ({ secrets }) => ({ 'x-acme': secrets[0]! });

    await expect(assertHeaders(acme(), delivered, () => true)).rejects.toThrow(
      'with a secret that did not sign it',
    );
    await expect(
      assertHeaders(acme({ headers }), delivered, (sent) => sent.headers['x-acme'] === sent.secret),
    ).rejects.toThrow('with a body that was not signed');
  });

  it('finds a generated secret that the profile’s own rules refuse', async () => {
    const secret = { ...acme().secret, generate: () => 'short' };

    await expect(assertProfile(acme({ secret }), verify)).rejects.toThrow(
      'secret.check refuses a secret of secret.generate',
    );
  });

  it('finds a test event that gives no request, or a request whose name differs from testTypes', async () => {
    const render = renderByType({});
    const testTypes = { 'sms.done': 'message.delivered', 'sms.lost': 'message.delivered' } as const;

    await expect(assertProfile(acme({ render }), verify)).rejects.toThrow(
      'message.delivered gives no request',
    );
    await expect(assertProfile(acme({ testTypes }), verify)).rejects.toThrow(
      'the example of message.delivered gives no sms.lost',
    );
  });

  it('finds an event of the host’s own that the profile does not express', async () => {
    const events = [{ ...delivered, type: 'invoice.paid' }];

    await expect(assertProfile(acme(), verify, { events })).rejects.toThrow('invoice.paid gives no request');
  });
});

describe('the simulation of retries', () => {
  it('repeats the last answer until the delivery ends', () => {
    const profile = acme({ schedule: [1000, 4000], jitter: { share: 0.5, direction: 'both' } });

    expect(simulateRetries(profile, [500, 'timeout'])).toEqual([
      { attempt: 1, at: 0, earliest: 0, latest: 0, answer: 500, next: 'retry' },
      { attempt: 2, at: 1000, earliest: 500, latest: 1500, answer: 'timeout', next: 'retry' },
      { attempt: 3, at: 5000, earliest: 2500, latest: 7500, answer: 'timeout', next: 'exhausted' },
    ]);
  });

  it('refuses an empty list of answers', () => {
    expect(() => simulateRetries(acme(), [])).toThrow('simulateRetries: give at least one answer.');
  });
});
