import { simulateRetries } from '../../libs/webhooks/src/testing/schedule-walk.js';
import { httpsms } from '../../libs/webhooks/src/profiles/dialects/httpsms.js';
import { mobileTextAlerts } from '../../libs/webhooks/src/profiles/dialects/mobile-text-alerts.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { mysmsgate } from '../../libs/webhooks/src/profiles/dialects/mysmsgate.js';
import { opensms } from '../../libs/webhooks/src/profiles/dialects/opensms.js';
import { defineProfile } from '../../libs/webhooks/src/profiles/profile.js';
import type { Profile, ProfileEndpoint } from '../../libs/webhooks/src/profiles/profile.js';
import { createProfileRegistry } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { standardCloudEvents } from '../../libs/webhooks/src/profiles/dialects/standard-cloudevents.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';
import { itForAll } from '../support/it-for-all.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const platforms = [msgine(), opensms(), mysmsgate(), mobileTextAlerts(), httpsms()];

/** The wait before each attempt of a delivery whose receiver always fails. */
const schedules: [Profile, number[]][] = [
  [
    standard(),
    [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
  ],
  [
    standardCloudEvents(),
    [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
  ],
  [msgine(), [0, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR]],
  [opensms(), [0, MINUTE, 5 * MINUTE, 15 * MINUTE]],
  [mysmsgate(), [0, MINUTE, 5 * MINUTE, 15 * MINUTE]],
  [mobileTextAlerts(), [0, MINUTE, 5 * MINUTE]],
  [httpsms(), [0, SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]],
];

/** For each answer: how a delivery ends if the receiver gives that answer to every attempt. */
function endings(profile: Profile, answers: (number | string)[], endpoint?: Partial<ProfileEndpoint>) {
  return Object.fromEntries(
    answers.map((answer) => {
      const walk = simulateRetries(profile, [answer], endpoint);
      return [answer, `${walk.at(-1)!.next} after ${walk.length}`];
    }),
  );
}

describe('Retry schedules', () => {
  itForAll(schedules)(
    'start each attempt at its documented time, until the last one fails',
    ([profile, waits]) => {
      const walk = simulateRetries(profile, [500]);
      const starts = waits.map((_, attempt) => waits.slice(0, attempt + 1).reduce((sum, wait) => sum + wait));

      expect(walk.map(({ attempt, at }) => [attempt, at])).toEqual(starts.map((at, i) => [i + 1, at]));
      expect(walk.map(({ next }) => next)).toEqual(
        waits.map((_, i) => (i + 1 < waits.length ? 'retry' : 'exhausted')),
      );
    },
  );

  it('take 75 h 35 m 5 s in the standard profile, and 7 h 21 m in the profile of MsGine', () => {
    expect(simulateRetries(standard(), [500]).at(-1)!.at).toBe(75 * HOUR + 35 * MINUTE + 5 * SECOND);
    expect(simulateRetries(msgine(), [500]).at(-1)!.at).toBe(7 * HOUR + 21 * MINUTE);
  });

  itForAll(platforms)('never retry sooner than the platform’s document says', (profile) => {
    for (const { at, earliest, latest } of simulateRetries(profile, [503])) {
      expect(earliest).toBe(at);
      expect(latest).toBeCloseTo(at * 1.2, 3);
    }
  });

  it('vary by a fifth in both directions in the standard profile', () => {
    const [, second] = simulateRetries(standard(), [503]);

    expect([second!.earliest, second!.latest]).toEqual([4 * SECOND, 6 * SECOND]);
  });

  it('end as soon as the receiver responds with a success', () => {
    expect(simulateRetries(msgine(), [500, 'timeout', 404, 204]).map(({ next }) => next)).toEqual([
      'retry',
      'retry',
      'retry',
      'delivered',
    ]);
  });

  itForAll([
    [opensms({ schedule: [] }), 1],
    [mysmsgate({ schedule: [SECOND] }), 2],
    [mobileTextAlerts({ schedule: [SECOND, SECOND] }), 3],
  ])('can be set by the host if the document gives no schedule', ([profile, attempts]) => {
    expect(simulateRetries(profile, [500])).toHaveLength(attempts);
  });

  it('can be overridden, like other settings of a platform', () => {
    const profile = defineProfile({ ...mysmsgate(), timeoutMs: 10_000, onFailure: () => 'retry' });

    expect(profile.timeoutMs).toBe(10_000);
    expect(endings(profile, [404])).toEqual({ 404: 'exhausted after 4' });
    expect(createProfileRegistry([profile]).get('mysmsgate')).toBe(profile);
  });
});

describe('A delivery', () => {
  const answers = [200, 204, 301, 404, 410, 429, 500, 503, 'timeout', 'connect'];

  // This is the rule of the profile. After a 410, the engine also disables the endpoint, and so ends the endpoint's
  // deliveries.
  it('of the standard profile succeeds with 2xx, and is retried after everything else', () => {
    expect(endings(standard(), answers)).toEqual({
      200: 'delivered after 1',
      204: 'delivered after 1',
      301: 'exhausted after 10',
      404: 'exhausted after 10',
      410: 'exhausted after 10',
      429: 'exhausted after 10',
      500: 'exhausted after 10',
      503: 'exhausted after 10',
      timeout: 'exhausted after 10',
      connect: 'exhausted after 10',
    });
  });

  it('of MsGine succeeds with 2xx, and is retried five times if the receiver "returns a non-2xx status code, times out, is unreachable"', () => {
    expect(endings(msgine(), answers)).toEqual({
      200: 'delivered after 1',
      204: 'delivered after 1',
      301: 'exhausted after 6',
      404: 'exhausted after 6',
      410: 'exhausted after 6',
      429: 'exhausted after 6',
      500: 'exhausted after 6',
      503: 'exhausted after 6',
      timeout: 'exhausted after 6',
      connect: 'exhausted after 6',
    });
  });

  it('of OpenSMS succeeds with 2xx, or with exactly 200 if the host sets that, and is retried after everything else', () => {
    expect(endings(opensms(), [200, 204, 404, 500, 'timeout'])).toEqual({
      200: 'delivered after 1',
      204: 'delivered after 1',
      404: 'exhausted after 4',
      500: 'exhausted after 4',
      timeout: 'exhausted after 4',
    });
    expect(endings(opensms({ strict200: true }), [200, 201, 204])).toEqual({
      200: 'delivered after 1',
      201: 'exhausted after 4',
      204: 'exhausted after 4',
    });
  });

  it('of MySMSGate succeeds with 2xx, is retried after 429, 5xx and no answer, and ends after other answers', () => {
    expect(endings(mysmsgate(), answers)).toEqual({
      200: 'delivered after 1',
      204: 'delivered after 1',
      301: 'exhausted after 1',
      404: 'exhausted after 1',
      410: 'exhausted after 1',
      429: 'exhausted after 4',
      500: 'exhausted after 4',
      503: 'exhausted after 4',
      timeout: 'exhausted after 4',
      connect: 'exhausted after 4',
    });
  });

  it('of Mobile Text Alerts succeeds with exactly 200; "if other status codes are returned, this is treated as a failed request"', () => {
    expect(endings(mobileTextAlerts(), [200, 201, 202, 204, 301, 404, 500, 'timeout'])).toEqual({
      200: 'delivered after 1',
      201: 'exhausted after 3',
      202: 'exhausted after 3',
      204: 'exhausted after 3',
      301: 'exhausted after 3',
      404: 'exhausted after 3',
      500: 'exhausted after 3',
      timeout: 'exhausted after 3',
    });
  });

  it.each([mobileTextAlerts(), standard()])('of $name ends as the endpoint’s own settings say', (profile) => {
    expect(endings(profile, [500, 'timeout'], { retryOnError: false })).toEqual({
      500: 'exhausted after 1',
      timeout: 'exhausted after 1',
    });
    expect(endings(profile, [404, 500], { skipErrorCodes: ['404'] })).toEqual({
      404: 'discarded after 1',
      500: `exhausted after ${profile.schedule.length + 1}`,
    });
    // An error response can be skipped. A request without an answer has no response to skip.
    expect(endings(profile, [404, 500, 'timeout'], { skipErrors: true, retryOnError: false })).toEqual({
      404: 'discarded after 1',
      500: 'discarded after 1',
      timeout: 'exhausted after 1',
    });
  });

  it('of httpSMS succeeds with 2xx, is retried after 5xx ("retried a maximum of 4 times") and no answer, and ends after 4xx and 3xx', () => {
    expect(endings(httpsms(), answers)).toEqual({
      200: 'delivered after 1',
      204: 'delivered after 1',
      301: 'exhausted after 1',
      404: 'exhausted after 1',
      410: 'exhausted after 1',
      429: 'exhausted after 1',
      500: 'exhausted after 5',
      503: 'exhausted after 5',
      timeout: 'exhausted after 5',
      connect: 'exhausted after 5',
    });
  });

  it('of a platform waits 5 s for a response; 410, Retry-After and long failure have no effect', () => {
    for (const { timeoutMs, disablesOnGone, honoursRetryAfter, disablesOnFailure } of platforms)
      expect([timeoutMs, disablesOnGone, honoursRetryAfter, disablesOnFailure]).toEqual([
        5000,
        false,
        false,
        false,
      ]);
  });

  it('of the standard profile waits 15 s for a response; 410 and long failure disable the endpoint; Retry-After is honoured', () => {
    const { timeoutMs, disablesOnGone, honoursRetryAfter, disablesOnFailure } = standard();

    expect([timeoutMs, disablesOnGone, honoursRetryAfter, disablesOnFailure]).toEqual([
      15_000,
      true,
      true,
      true,
    ]);
  });

  it('of each profile causes the alerts that the document promises', () => {
    expect(Object.fromEntries([standard(), ...platforms].map(({ name, alerts }) => [name, alerts]))).toEqual({
      standard: { onExhausted: false, onEveryFailure: true, scope: 'endpoint', atMostEveryMs: HOUR },
      msgine: { onExhausted: true, onEveryFailure: false, scope: 'endpoint' },
      opensms: { onExhausted: false, onEveryFailure: false, scope: 'endpoint' },
      mysmsgate: { onExhausted: false, onEveryFailure: false, scope: 'endpoint' },
      'mobile-text-alerts': {
        onExhausted: false,
        onEveryFailure: true,
        scope: 'endpoint',
        atMostEveryMs: HOUR,
      },
      httpsms: { onExhausted: true, onEveryFailure: false, scope: 'phone-number', atMostEveryMs: HOUR },
    });
  });
});
