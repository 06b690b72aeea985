import { explainAttemptError } from '../../libs/webhooks/src/core/attempt-errors.js';
import type { WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { type Backend, DAY, HOUR, MINUTE, names, SECOND, startBackend } from './backend.js';

let backend: Backend;
let receiver: Receiver;
let tenants = 0;
let tenantId: string;

beforeAll(async () => {
  backend = await startBackend({ options: { profiles: [msgine({ httpsOnly: false })] } });
  receiver = await startReceiver();
});
afterAll(async () => {
  await backend.close();
  await receiver.close();
});
beforeEach(() => {
  tenantId = `tenant-${++tenants}`;
  backend.heard.length = 0;
  receiver.answer(200);
});

const told = (kind: WebhookAlert['kind']): WebhookAlert[] =>
  backend.heard.filter((alert) => alert.tenantId === tenantId && alert.kind === kind);

/** Moves the clock to the start of an hour, so that nothing depends on when the test runs. */
async function startOfAnHour(): Promise<void> {
  const [row] = await backend.rows<{ now: string }>(
    `select floor(extract(epoch from statement_timestamp()) * 1000)::bigint + $1::bigint as now`,
    [backend.database.clockOffset],
  );
  backend.store.advanceClock(HOUR - (Number(row!.now) % HOUR));
}

describe('MsGine: “after 5 failed attempts you’ll receive an email”', () => {
  /** The retries of one delivery, from the second attempt to the sixth. */
  const fail = async (): Promise<void> => {
    for (const wait of [1, 5, 15, 60, 360]) await backend.pass(wait * 1.3 * MINUTE);
  };

  it('mails the account after the sixth attempt, not before', async () => {
    await backend.webhooks.accounts.update(tenantId, { alertEmail: 'account@example.com' });
    await backend.register(tenantId, { url: receiver.url, profile: 'msgine', events: ['message.delivered'] });
    receiver.answer(500);
    await backend.publish(tenantId, names(1));
    await backend.pass(0);
    for (const wait of [1, 5, 15, 60]) await backend.pass(wait * 1.3 * MINUTE);
    expect(told('delivery.exhausted')).toEqual([]);
    await backend.pass(6 * 1.3 * HOUR);
    expect(told('delivery.exhausted')).toMatchObject([
      { email: 'account@example.com', data: { count: 1, status: 500, attempt: 6 } },
    ]);
    expect(told('delivery.exhausted')[0]!.text).toContain('1 delivery failed permanently');
  });

  it('mails at most once an hour, and a digest counts the deliveries that end after the first mail', async () => {
    await backend.register(tenantId, {
      url: receiver.url,
      profile: 'msgine',
      events: ['message.delivered'],
      alertEmail: 'owner@example.com',
    });
    await startOfAnHour();
    receiver.answer(500);
    await backend.publish(tenantId, names(1));
    await backend.pass(0);
    await fail();
    expect(told('delivery.exhausted')).toMatchObject([{ data: { count: 1 } }]);

    // Three more deliveries end now, as if they had been retried for hours.
    await exhaustNow(3);
    await backend.pass(50 * MINUTE);
    expect(told('delivery.exhausted')).toHaveLength(1);
    await backend.pass(20 * MINUTE);
    expect(told('delivery.exhausted')).toMatchObject([{ data: { count: 1 } }, { data: { count: 3 } }]);
    await backend.pass(5 * HOUR);
    expect(told('delivery.exhausted')).toHaveLength(2);
  });

  /** Publishes `count` events. Sets their deliveries to five attempts, and makes the sixth attempt. */
  async function exhaustNow(count: number): Promise<void> {
    await backend.publish(tenantId, names(count));
    await backend.pass(0);
    await backend.rows(
      `update webhook_deliveries set attempts = 5, next_at = 0, retry = true
        where state = 'pending' and lane_id = (select id from webhook_lanes where tenant_id = $1)`,
      [tenantId],
    );
    await backend.rows(`update webhook_lanes set next_due_at = 0, hold_until = null where tenant_id = $1`, [
      tenantId,
    ]);
    await backend.pass(0);
  }
});

describe('httpSMS: at most one mail an hour for each phone number', () => {
  const publishFrom = (from: string) => backend.publish(tenantId, names(1), { message: { from } });

  it('counts by number, over all endpoints', async () => {
    for (let i = 0; i < 2; i++) {
      await backend.register(tenantId, {
        url: receiver.url,
        profile: 'httpsms',
        events: ['message.phone.delivered'],
        alertEmail: 'owner@example.com',
      });
    }
    await startOfAnHour();
    receiver.answer(404); // not a 5xx, so not retried
    await publishFrom('+18005550199');
    await backend.pass(0);
    expect(told('delivery.exhausted')).toHaveLength(1);
    await publishFrom('+18005550199');
    await publishFrom('+18005550177');
    await backend.pass(0);
    expect(told('delivery.exhausted')).toHaveLength(2);
    await publishFrom('+18005550199');
    await publishFrom('+18005550177');
    await backend.pass(59 * MINUTE);
    expect(told('delivery.exhausted')).toHaveLength(2);
    await backend.pass(2 * MINUTE);
    expect(told('delivery.exhausted')).toHaveLength(4);
  });

  it('keeps the limit when a new hour of the clock begins', async () => {
    await backend.register(tenantId, {
      url: receiver.url,
      profile: 'httpsms',
      events: ['message.phone.delivered'],
    });
    await startOfAnHour();
    receiver.answer(404);
    await backend.pass(50 * MINUTE);
    await publishFrom('+18005550199');
    await backend.pass(0);
    await backend.pass(11 * MINUTE); // the next hour
    await publishFrom('+18005550199');
    await backend.pass(0);
    await backend.pass(30 * MINUTE);
    expect(told('delivery.exhausted')).toHaveLength(1);
    await backend.pass(20 * MINUTE);
    expect(told('delivery.exhausted')).toHaveLength(2);
  });
});

describe('Mobile Text Alerts: a mail for each failed request, at most one an hour', () => {
  const register = (fields: object) =>
    backend.register(tenantId, {
      url: receiver.url,
      profile: 'mobile-text-alerts',
      events: ['delivery-status'],
      secret: 'abc123-abc2-cde1',
      alertEmail: 'owner@example.com',
      ...fields,
    });

  it('mails about the first failed request, and about no other request in the same hour', async () => {
    await register({ sendAlertEmail: true });
    await startOfAnHour();
    receiver.answer(202); // only 200 is a success
    await backend.publish(tenantId, names(1));
    await backend.pass(0);
    expect(told('delivery.failed')).toMatchObject([
      { email: 'owner@example.com', data: { status: 202, attempt: 1 } },
    ]);
    await backend.pass(2 * MINUTE); // its retries
    await backend.pass(7 * MINUTE);
    await backend.publish(tenantId, names(2));
    await backend.pass(40 * MINUTE);
    expect(told('delivery.failed')).toHaveLength(1);
    await backend.pass(30 * MINUTE); // the retries of these two deliveries, an hour after the mail
    expect(told('delivery.failed')).toHaveLength(2);
    await backend.pass(2 * HOUR);
    const after = told('delivery.failed').length;
    receiver.answer(200);
    await backend.pass(2 * HOUR);
    await backend.pass(2 * HOUR);
    expect(told('delivery.failed')).toHaveLength(after);
  });

  it('mails about each endpoint, even if failures of httpSMS endpoints are recorded at the same time', async () => {
    for (let i = 0; i < 6; i++) {
      await register({ sendAlertEmail: true });
      const events = ['message.phone.delivered'];
      await backend.register(tenantId, { url: receiver.url, profile: 'httpsms', events });
    }
    await startOfAnHour();
    receiver.answer(404);
    await backend.publish(tenantId, names(1));
    await backend.pass(0);
    expect(told('delivery.exhausted')).toHaveLength(1); // these alerts are limited by phone number
    expect(told('delivery.failed')).toHaveLength(6);
  });

  it('mails the account’s address if the endpoint has no address', async () => {
    await backend.webhooks.accounts.update(tenantId, { alertEmail: 'account@example.com' });
    await register({ sendAlertEmail: true, alertEmail: null });
    receiver.answer(500);
    await backend.publish(tenantId, names(1));
    await backend.pass(0);
    expect(told('delivery.failed')).toMatchObject([{ email: 'account@example.com' }]);
  });

  it.each([
    ['sendAlertEmail is off', { sendAlertEmail: false }],
    ['the status is skipped', { sendAlertEmail: true, skipErrorCodes: ['500'] }],
    ['errors are skipped', { sendAlertEmail: true, skipErrors: true }],
  ])('sends no mail if %s', async (_, fields) => {
    await register(fields);
    receiver.answer(500);
    await backend.publish(tenantId, names(1));
    await backend.pass(0);
    await backend.pass(DAY);
    expect(backend.heard.filter((alert) => alert.tenantId === tenantId)).toEqual([]);
  });

  it('mails about a request without a response even if errors are skipped', async () => {
    const gone = await startReceiver();
    await gone.close();
    await register({ sendAlertEmail: true, skipErrors: true, url: gone.url });
    await backend.publish(tenantId, names(1));
    await backend.pass(0);
    expect(told('delivery.failed')).toMatchObject([
      {
        data: { status: null, error: 'connect' },
        text: expect.stringContaining(`connect: ${explainAttemptError('connect')}`),
      },
    ]);
  });
});

it('With the profile of a platform that documents no mails, such as OpenSMS, a delivery that is given up causes no alert', async () => {
  await backend.register(tenantId, { url: receiver.url, profile: 'opensms', events: ['sms.delivered'] });
  receiver.answer(500);
  await backend.publish(tenantId, names(1));
  await backend.pass(0);
  for (let retries = 0; retries < 4; retries++) await backend.pass(HOUR + SECOND);
  expect(backend.heard.filter((alert) => alert.tenantId === tenantId)).toEqual([]);
});
