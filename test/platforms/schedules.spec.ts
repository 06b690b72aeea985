import type { WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import type { DeliveryNotice } from '../../libs/webhooks/src/observability/delivery-events.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { type EndpointFields, useEngine, delivered } from '../engine/support/engine.js';
import { answer, cut, hang } from '../engine/support/receiver.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How far the clock is moved beyond the due time of a retry (ms). */
const STEP = 2 * SECOND;
/** How late an attempt may be (ms), in addition to the jitter. */
const TOLERANCE = 10 * SECOND;

/** How a customer of each profile registers for delivered messages, with all mails about failures switched on. */
const REGISTRATIONS: Record<string, EndpointFields> = {
  standard: { events: ['message.delivered'], sendAlertEmail: true },
  'standard-cloudevents': { events: ['message.delivered'], sendAlertEmail: true },
  msgine: { events: ['message.delivered'] },
  opensms: { events: ['sms.delivered'] },
  mysmsgate: { events: ['delivery-report'] },
  'mobile-text-alerts': { events: ['delivery-status'], secret: 'abc123-abc2-cde1', sendAlertEmail: true },
  httpsms: { events: ['message.phone.delivered'] },
};

const STANDARD = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
];

/** By profile: the documented waits, and the alerts that the owner gets, with the number of the attempt. */
const WALKS: [string, readonly number[], string[]][] = [
  ['standard', STANDARD, [1, 5, 6, 7, 8, 9, 10].map((attempt) => `delivery.failed ${attempt}`)],
  ['standard-cloudevents', STANDARD, [1, 5, 6, 7, 8, 9, 10].map((attempt) => `delivery.failed ${attempt}`)],
  ['msgine', [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR], ['delivery.exhausted 6']],
  ['opensms', [MINUTE, 5 * MINUTE, 15 * MINUTE], []],
  ['mysmsgate', [MINUTE, 5 * MINUTE, 15 * MINUTE], []],
  // A mail for each failed request, at most one an hour.
  ['mobile-text-alerts', [MINUTE, 5 * MINUTE], ['delivery.failed 1']],
  ['httpsms', [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND], ['delivery.exhausted 5']],
];

/** The time between two attempts of a delivery. */
interface Interval {
  profile: string;
  /** Number of the later attempt. */
  number: number;
  /** Time (ms) from the end of the earlier attempt to the start of the later attempt. */
  took: number;
}

const INTERVALS = `
  with attempts as (
    select delivery_id, number, started_at, duration_ms from $attempts
    union all
    select id, attempts, attempt_at, duration_ms from $deliveries
  )
  select l.tenant_id as profile, a.number, (a.started_at - b.started_at - b.duration_ms)::float8 as took
    from attempts a
    join attempts b on b.delivery_id = a.delivery_id and b.number = a.number - 1
    join $deliveries d on d.id = a.delivery_id
    join $lanes l on l.id = d.lane_id`;

describe('On a clock that the test moves, a delivery', () => {
  const heard: WebhookAlert[] = [];
  const engine = useEngine({
    options: {
      profiles: [msgine({ httpsOnly: false })],
      alerts: { channels: [callbackChannel((alert) => heard.push(alert))] },
    },
  });
  beforeEach(() => void (heard.length = 0));

  const register = (profile: string, path: string, fields: EndpointFields = {}) =>
    engine().endpoint(profile, path, {
      profile,
      ...REGISTRATIONS[profile],
      alertEmail: 'owner@example.com',
      ...fields,
    });

  it.each(WALKS)(
    'of %s is sent at the documented times until it is exhausted',
    async (profile, waits, told) => {
      engine().receiver.on('/hooks', answer(500));
      await register(profile, '/hooks');
      await engine().publish(delivered(profile, 'm1'));
      const announced: number[] = [];
      const stop = engine().webhooks.events.on('retrying', ({ delayMs }: DeliveryNotice) =>
        announced.push(delayMs),
      );
      await engine().runOnce();
      for (const [done, wait] of waits.entries()) {
        expect(announced).toHaveLength(done + 1);
        const [earliest, latest] = profile.startsWith('standard')
          ? [0.8 * wait, 1.2 * wait]
          : [wait, 1.2 * wait];
        expect(announced[done]).toBeGreaterThanOrEqual(earliest);
        expect(announced[done]).toBeLessThanOrEqual(latest);
        // Two seconds before the due time, nothing is claimed. Shorter waits skip this check.
        // The start times of the attempts, checked below, show that no retry is early.
        const early = Math.max(0, announced[done]! - 2 * SECOND);
        engine().advance(early);
        if (early > 0) expect(await engine().runOnce()).toMatchObject({ claimed: 0 });
        engine().advance(announced[done]! - early + SECOND);
        await engine().runOnce();
        expect(engine().receiver.arrivals).toHaveLength(done + 2);
      }
      stop();
      engine().advance(30 * 24 * HOUR);
      await expect(engine().runOnce()).resolves.toMatchObject({ claimed: 0 });

      const [delivery] = await engine().deliveries(profile);
      expect(delivery).toMatchObject({ state: 'exhausted', attemptCount: waits.length + 1 });
      const starts = delivery!.attempts.map(({ startedAt }) => Date.parse(startedAt));
      waits.forEach((wait, i) => {
        const earliest = profile.startsWith('standard') ? 0.8 * wait : wait;
        expect(starts[i + 1]! - starts[i]!).toBeGreaterThanOrEqual(earliest);
      });
      expect(new Set(engine().receiver.arrivals.map(({ body }) => body)).size).toBe(1);
      expect(heard.map(({ kind, data }) => `${kind} ${String(data.attempt)}`)).toEqual(told);
      for (const { email } of heard) expect(email).toBe('owner@example.com');
    },
  );

  it('is sent on time in each profile, however many other deliveries its endpoint has', async () => {
    // Each due time needs a step of the clock, and jitter spreads the due times of long waits. So only httpsms, which
    // waits for seconds, gets many deliveries.
    const count = (profile: string) => (profile === 'httpsms' ? 100 : 6);
    engine().receiver.on('/hooks', answer(500));
    const exhausted: string[] = [];
    const stop = engine().webhooks.events.on('exhausted', ({ tenantId }: DeliveryNotice) =>
      exhausted.push(tenantId),
    );
    for (const [profile] of WALKS) {
      await register(profile, '/hooks');
      await engine().publish(
        ...Array.from({ length: count(profile) }, (_, i) => delivered(profile, `m${i}`)),
      );
    }
    await engine().runOnce();
    for (;;) {
      const [{ wait }] = (await engine().query(
        `select min(next_at)::float8 - floor(extract(epoch from clock_timestamp()) * 1000) - $1::float8 as wait from $deliveries`,
        [engine().first.database.clockOffset],
      )) as [{ wait: number | null }];
      if (wait === null) break;
      engine().advance(Math.max(0, wait) + STEP);
      await engine().runOnce();
    }
    stop();

    const waitsOf = new Map(WALKS.map(([profile, waits]) => [profile, waits]));
    const late: string[] = [];
    for (const { profile, number, took } of await engine().query<Interval>(INTERVALS)) {
      const wait = waitsOf.get(profile)![number - 2]!;
      const [earliest, latest] = profile.startsWith('standard') ? [0.8, 1.2] : [1, 1.2];
      if (took < wait * earliest || took > wait * latest + TOLERANCE)
        late.push(`${profile}, attempt ${number}: after ${took} ms instead of ${wait} ms`);
    }
    for (const [profile, waits] of WALKS) {
      const made = await engine().count(
        '$attempts a join $deliveries d on d.id = a.delivery_id where d.lane_id in (select id from $lanes where tenant_id = $1)',
        [profile],
      );
      if (made !== count(profile) * waits.length) late.push(`${profile}: ${made} attempts before the last`);
      const ended = exhausted.filter((tenantId) => tenantId === profile).length;
      if (ended !== count(profile)) late.push(`${profile}: ${ended} of ${count(profile)} exhausted`);
    }
    expect(late).toEqual([]);
    // Only httpSMS and MsGine send alerts about exhausted deliveries, at most one an hour.
    expect(heard.filter(({ kind }) => kind === 'delivery.exhausted').map(({ tenantId }) => tenantId)).toEqual(
      expect.arrayContaining(['httpsms', 'msgine']),
    );
  });

  /** The state of a delivery after one attempt: `pending` means that it will be retried. */
  it.each<[string, string]>([
    ['standard', '204 delivered, 301 pending, 404 pending, 410 discarded, 429 pending, 503 pending'],
    ['msgine', '204 delivered, 301 pending, 404 pending, 410 pending, 429 pending, 503 pending'],
    ['opensms', '204 delivered, 301 pending, 404 pending, 410 pending, 429 pending, 503 pending'],
    ['mysmsgate', '204 delivered, 301 exhausted, 404 exhausted, 410 exhausted, 429 pending, 503 pending'],
    ['mobile-text-alerts', '204 pending, 301 pending, 404 pending, 410 pending, 429 pending, 503 pending'],
    ['httpsms', '204 delivered, 301 exhausted, 404 exhausted, 410 exhausted, 429 exhausted, 503 pending'],
  ])('of %s is retried, or ends, depending on the status: %s', async (profile, expected) => {
    const outcomes: string[] = [];
    for (const status of [204, 301, 404, 410, 429, 503]) {
      const { id } = await register(profile, `/${status}`);
      engine().receiver.on(`/${status}`, answer(status, { body: '' }));
      await engine().publish(delivered(profile, `m${status}`));
      await engine().runOnce();
      const { data } = await engine().webhooks.deliveries.list(profile, { endpointId: id });
      outcomes.push(`${status} ${data[0]!.state}`);
      await engine().webhooks.endpoints.delete(profile, id);
    }
    expect(outcomes.join(', ')).toBe(expected);
  });

  it('of a platform waits five seconds for a response', async () => {
    engine().receiver.on('/silent', hang);
    const platforms = Object.keys(REGISTRATIONS).filter((profile) => !profile.startsWith('standard'));
    for (const profile of platforms) await register(profile, '/silent');
    await engine().publish(...platforms.map((profile) => delivered(profile, 'm1')));
    await engine().runOnce();
    for (const profile of platforms) {
      const [delivery] = await engine().deliveries(profile);
      const [attempt] = delivery!.attempts;
      expect([profile, attempt!.error]).toEqual([profile, 'timeout']);
      expect(attempt!.durationMs).toBeGreaterThanOrEqual(4990);
      expect(attempt!.durationMs).toBeLessThan(10_000);
    }
  });

  it('of each profile is retried if there was no response', async () => {
    const profiles = Object.keys(REGISTRATIONS);
    for (const [path, behaviour] of [
      ['/timeout', hang],
      ['/reset', cut],
    ] as const) {
      engine().receiver.on(path, behaviour);
      const ids: string[] = [];
      for (const profile of profiles) ids.push((await register(profile, path, { timeoutMs: 1000 })).id);
      // All at once, because each attempt takes a second to time out.
      await engine().publish(...profiles.map((profile) => delivered(profile, path)));
      await engine().runOnce();
      for (const [i, profile] of profiles.entries()) {
        const { data } = await engine().webhooks.deliveries.list(profile, { endpointId: ids[i] });
        expect([profile, data]).toMatchObject([
          profile,
          [{ state: 'pending', lastAttempt: { status: null, error: path.slice(1) } }],
        ]);
        await engine().webhooks.endpoints.delete(profile, ids[i]!);
      }
    }
  });
});
