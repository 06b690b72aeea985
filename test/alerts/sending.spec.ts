import { Logger } from '@nestjs/common';
import type { AlertChannel, WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { AlertSender } from '../../libs/webhooks/src/alerts/alert-sender.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import { claimAlerts } from '../../libs/webhooks/src/alerts/claim-alerts.js';
import { nodemailerChannel } from '../../libs/webhooks/src/alerts/channels/nodemailer.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { createDatabase } from '../support/database.js';
import { type MailServer, startMailServer } from '../support/mail-server.js';
import { type Backend, DAY, HOUR, MINUTE, names, PRIVATE, SECOND, startBackend } from './backend.js';

const FROM = 'Example SMS <webhooks@example.com>';

let receiver: Receiver;
let mail: MailServer;
const backends: Backend[] = [];

beforeAll(async () => {
  receiver = await startReceiver();
  mail = await startMailServer();
});
afterAll(async () => {
  await receiver.close();
  await mail.stop();
});
beforeEach(() => {
  receiver.answer(200);
  mail.mails.length = 0;
});
afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.close();
  jest.restoreAllMocks();
});

async function start(...settings: Parameters<typeof startBackend>): Promise<Backend> {
  const backend = await startBackend(...settings);
  backends.push(backend);
  return backend;
}

const mailing = (): AlertChannel => nodemailerChannel({ smtp: mail.url, from: FROM, brand: 'Example SMS' });

/** Registers an endpoint of `acme`, and fails five deliveries. No mail may show its secret, headers or URL path. */
async function failing(backend: Backend, fields: object = {}): Promise<string> {
  const id = await backend.register('acme', {
    url: `${receiver.url}/customer-7?token=s3cret-token`,
    events: ['*'],
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    headers: { 'x-api-key': 'k-12345' },
    alertEmail: 'owner@example.com',
    ...fields,
  });
  receiver.answer(500);
  await backend.publish('acme', names(5));
  await backend.pass(0);
  return id;
}

/** Inserts alerts that are due. When an endpoint starts to fail or recovers, the module inserts such alerts. */
async function write(
  backend: Backend,
  tenantId: string,
  count = 1,
  { kind = 'endpoint.recovered', data = '{"lane":"1","since":0}' } = {},
): Promise<void> {
  await backend.rows(
    `insert into webhook_alerts (tenant_id, endpoint_id, kind, dedupe_key, data, created_at, next_at)
     select $1::text, (select id from webhook_endpoints where tenant_id = $1::text limit 1), $3,
            'test:' || gen_random_uuid(), $4, 0, 0
       from generate_series(1, $2)`,
    [tenantId, count, kind, data],
  );
}

describe('A mail', () => {
  it('arrives over SMTP, is written for people, and is in one thread with the other mails about its endpoint', async () => {
    const backend = await start({
      channels: [mailing()],
      options: { alerts: { endpointUrl: (id) => `https://app.example.com/hooks/${id}` } },
    });
    const id = await failing(backend);
    receiver.answer(200);
    await backend.pass(10 * MINUTE);
    expect(mail.mails).toHaveLength(2);
    const [bad, good] = mail.mails as [(typeof mail.mails)[0], (typeof mail.mails)[0]];
    const { origin } = new URL(receiver.url);
    expect(bad).toMatchObject({ from: 'webhooks@example.com', to: ['owner@example.com'] });
    expect(bad.headers.from).toBe(FROM);
    expect(bad.headers.subject).toBe(`[Example SMS] Webhook failing: ${origin}`);
    expect(bad.headers['auto-submitted']).toBe('auto-generated');
    expect(bad.text).toContain('5 deliveries in a row failed');
    expect(bad.text).toContain(`Webhook: ${id} (${origin})`);
    expect(bad.text).toContain('Causes: HTTP 500 (5)');
    expect(bad.text).toContain(`https://app.example.com/hooks/${id}`);
    expect(good.headers.subject).toBe(`[Example SMS] Webhook recovered: ${origin}`);
    expect(good.headers.references).toBe(bad.headers.references);
    expect(good.headers['message-id']).not.toBe(bad.headers['message-id']);
  });

  it('contains no payload, phone number, secret or response, and only the origin of the URL', async () => {
    const backend = await start({ channels: [mailing()] });
    const { origin } = new URL(receiver.url);
    await failing(backend, { sendAlertEmail: true });
    await backend.publish('acme', names(5), { callbackUrl: `${origin}/cb/customer-8?key=callback-key` });
    await backend.pass(0);
    await backend.webhooks.operator.disable(
      await backend.register('acme', {
        url: `${receiver.url}/other-path`,
        events: ['*'],
        alertEmail: 'o@example.com',
      }),
    );
    await backend.pass(0);
    expect(new Set(backend.heard.map((alert) => alert.kind))).toEqual(
      new Set(['endpoint.failing', 'delivery.failed', 'endpoint.disabled']),
    );
    const [secret] = await backend.rows<{ secrets: string }>('select secrets from webhook_endpoints limit 1');
    const sealed = (JSON.parse(secret!.secrets) as { sealed: string }[])[0]!.sealed;
    const forbidden = [
      ...Object.values(PRIVATE),
      'customer-',
      's3cret-token',
      'callback-key',
      'other-path',
      'whsec_',
      'MfKQ9r8G',
      'k-12345',
      'answer 500',
      sealed,
    ];
    const said = [
      ...mail.mails.map(({ raw, text }) => raw + text),
      ...backend.heard.map((alert) => JSON.stringify(alert)),
    ];
    expect(mail.mails.length).toBeGreaterThanOrEqual(3);
    for (const text of said) for (const word of forbidden) expect(text).not.toContain(word);
    const rows = await backend.rows<object>('select * from webhook_alerts');
    for (const word of forbidden) expect(JSON.stringify(rows)).not.toContain(word);
  });

  it('is sent to one address of a tenant at most ten times a day; one summary covers the rest of the day', async () => {
    const backend = await start({ channels: [mailing()] });
    await backend.register('acme', { url: receiver.url, events: ['*'], alertEmail: 'owner@example.com' });
    await backend.register('other', { url: receiver.url, events: ['*'], alertEmail: 'owner@example.com' });
    backend.store.advanceClock(DAY - (Date.now() % DAY) + HOUR); // an hour into a day
    await write(backend, 'acme', 14);
    await backend.pass(0);
    expect(mail.mails).toHaveLength(10);
    expect(mail.mails.filter(({ text }) => text.includes("last of today's 10 mails"))).toHaveLength(1);
    expect(backend.heard).toHaveLength(14);
    await write(backend, 'acme', 3);
    await backend.pass(MINUTE);
    expect(mail.mails).toHaveLength(10);
    await write(backend, 'other'); // another tenant's quota
    await backend.pass(MINUTE);
    expect(mail.mails).toHaveLength(11);

    await backend.pass(DAY);
    expect(mail.mails).toHaveLength(12);
    expect(mail.mails[11]!.headers.subject).toBe('[Example SMS] More webhook alerts');
    expect(mail.mails[11]!.text).toMatch(/^7 more webhook alerts on \d{4}-\d\d-\d\d/);
    expect(mail.mails[11]!.text).toContain('Webhook recovered: 7');
    await write(backend, 'acme');
    await backend.pass(0);
    expect(mail.mails).toHaveLength(13);
  });

  it('is not sent if there is no address', async () => {
    const backend = await start({ channels: [mailing()] });
    await failing(backend, { alertEmail: null });
    expect(backend.heard).toMatchObject([{ kind: 'endpoint.failing', email: null }]);
    expect(mail.mails).toEqual([]);
  });
});

describe('An alert that is written', () => {
  it('is sent by the next process if the process that wrote it has died', async () => {
    const database = await createDatabase();
    const first = await startBackend({ database });
    jest.spyOn(first.sender, 'sendDue').mockResolvedValue(); // dies before it sends
    jest.spyOn(first.sender, 'wake').mockReturnValue();
    await failing(first);
    expect(first.heard).toEqual([]);
    await first.close();

    const second = await startBackend({ database, channels: [mailing()] });
    await second.pass(0);
    expect(second.heard).toMatchObject([{ kind: 'endpoint.failing' }]);
    expect(mail.mails).toHaveLength(1);
    await second.close();
    await database.drop();
  });

  it('is sent by a running worker', async () => {
    let hear: (alert: WebhookAlert) => void;
    const told = new Promise<WebhookAlert>((resolve) => (hear = resolve));
    const channel = callbackChannel((alert) => hear(alert), { name: 'told' });
    const backend = await start({
      role: 'all',
      channels: [channel],
      options: { worker: { idlePollMs: 50 } },
    });
    await backend.register('acme', { url: receiver.url, events: ['*'] });
    receiver.answer(500);
    await backend.publish('acme', names(5));
    expect((await told).kind).toBe('endpoint.failing');
  });

  it('is sent by another process if the process that was sending it has died', async () => {
    const backend = await start();
    await backend.register('acme', { url: receiver.url, events: ['*'] });
    await write(backend, 'acme');
    expect(await claimAlerts(backend.store, 10, MINUTE)).toHaveLength(1);
    await backend.pass(59 * SECOND);
    expect(backend.heard).toHaveLength(0);
    await backend.pass(2 * SECOND);
    expect(backend.heard).toHaveLength(1);
  });

  it('is sent once if two senders look for it at the same time', async () => {
    const backend = await start({ channels: [mailing()] });
    await backend.register('acme', { url: receiver.url, events: ['*'], alertEmail: 'owner@example.com' });
    const channels = [callbackChannel((alert) => backend.heard.push(alert)), mailing()];
    const other = new AlertSender(backend.store, { channels, endpointUrl: null });
    for (let round = 0; round < 8; round++) {
      await write(backend, 'acme', 1);
      await Promise.all([backend.sender.sendDue(), other.sendDue()]);
      await backend.pass(0);
    }
    expect(backend.heard).toHaveLength(8);
    expect(new Set(backend.heard.map(({ id }) => id)).size).toBe(8);
    expect(mail.mails).toHaveLength(8);
  });

  it('is tried again with growing pauses while mail is down, arrives once, and goes to every other channel once', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const backend = await start({ channels: [mailing()] });
    await mail.stop();
    await failing(backend);
    expect(backend.heard).toHaveLength(1);
    const failed = async () =>
      (
        await backend.rows<{ attempts: number; error: string; wait: string; created: string }>(
          'select attempts, error, next_at - created_at as wait from webhook_alerts',
        )
      )[0]!;
    expect(await failed()).toMatchObject({ attempts: 1, error: expect.stringContaining('ECONNREFUSED') });
    expect(
      errors.mock.calls.flat().filter((text) => String(text).includes('channel "nodemailer" failed')),
    ).toHaveLength(1);
    const before = Number((await failed()).wait);
    await backend.pass(2 * MINUTE);
    expect(Number((await failed()).wait) - 2 * MINUTE).toBeGreaterThan(before);
    expect((await failed()).attempts).toBe(2);

    receiver.answer(200);
    await mail.start();
    await backend.pass(HOUR);
    expect(mail.mails.filter(({ headers }) => headers.subject!.includes('failing'))).toHaveLength(1);
    expect(backend.heard.filter(({ kind }) => kind === 'endpoint.failing')).toHaveLength(1);
    await backend.pass(DAY);
    expect(mail.mails.filter(({ headers }) => headers.subject!.includes('failing'))).toHaveLength(1);
    const [row] = await backend.rows<{ sent_at: string; error: string | null }>(
      `select sent_at, error from webhook_alerts where kind = 'endpoint.failing'`,
    );
    expect(row).toMatchObject({ sent_at: expect.any(String), error: null });
  });

  it('is given up after about a day, and keeps the last error', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const broken: AlertChannel = {
      name: 'broken',
      send: () => Promise.reject(new Error('no route to the pager')),
    };
    const backend = await start({ channels: [broken] });
    await backend.register('acme', { url: receiver.url, events: ['*'] });
    await write(backend, 'acme');
    await backend.pass(0);
    let tries = 1;
    let hours = 0;
    for (; hours < 48; hours += 1 / 6) {
      await backend.pass(HOUR / 6);
      const [row] = await backend.rows<{ attempts: number; next_at: string | null }>(
        'select * from webhook_alerts',
      );
      tries = row!.attempts;
      if (row!.next_at === null) break;
    }
    expect(tries).toBe(9);
    expect(hours).toBeGreaterThan(20);
    expect(hours).toBeLessThan(30);
    const [row] = await backend.rows<object>('select * from webhook_alerts');
    expect(row).toMatchObject({ sent_at: null, error: 'broken: no route to the pager' });
    expect(errors.mock.calls.flat().join('\n')).toMatch(/Gave up alert .* after 9 tries/);
    expect(backend.heard).toHaveLength(1);
  });
});

describe('Alerts that are due together', () => {
  it('need one call of the store to read the causes of the failures that they report, and one call to write their results', async () => {
    const backend = await start();
    await backend.register('acme', { url: receiver.url, events: ['*'] });
    await write(backend, 'acme', 40, { kind: 'endpoint.failing' });
    const read = jest.spyOn(backend.store, 'countFailureCauses');
    const written = jest.spyOn(backend.store, 'finishAlerts');
    await backend.pass(0);
    expect(backend.heard).toHaveLength(40);
    expect([read.mock.calls.length, written.mock.calls.length]).toEqual([1, 1]);
    expect(await backend.rows('select 1 from webhook_alerts where sent_at is null')).toEqual([]);
  });

  it('are all sent, except alerts whose data is damaged', async () => {
    const backend = await start();
    await backend.register('acme', { url: receiver.url, events: ['*'] });
    await write(backend, 'acme', 1, { kind: 'endpoint.failing', data: '{"lane":"none"}' });
    await write(backend, 'acme', 1, { data: 'no JSON' });
    await write(backend, 'acme', 2, { kind: 'endpoint.failing' });
    await backend.pass(0);
    expect(backend.heard.map(({ id }) => id).toSorted()).toEqual(['3', '4']);
    const left = await backend.rows<{ error: string }>(
      'select error from webhook_alerts where next_at is not null order by id',
    );
    expect(left.map(({ error }) => error)).toEqual([
      expect.stringMatching(/^its text cannot be composed: .*bigint/),
      'its text cannot be composed: its data in the database is not JSON',
    ]);
  });

  it('are marked as sent; if the database rejects the mark of an alert, that alert is sent again', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const backend = await start();
    await backend.register('acme', { url: receiver.url, events: ['*'] });
    await write(backend, 'acme', 3);
    await backend.rows(`create function reject_second() returns trigger language plpgsql as $$
      begin
        if new.id = 2 and new.sent_at is not null then raise exception 'rejected'; end if;
        return new;
      end $$`);
    await backend.rows(
      'create trigger reject before update on webhook_alerts for each row execute function reject_second()',
    );
    await backend.pass(0);
    expect(errors.mock.calls.flat().join()).toContain(
      'Storing the result of alert 2 failed, so the alert is sent again: rejected',
    );
    await backend.rows('drop trigger reject on webhook_alerts');
    await backend.pass(2 * MINUTE + SECOND);
    expect(backend.heard.map(({ id }) => id).toSorted()).toEqual(['1', '2', '2', '3']);
    expect(await backend.rows('select 1 from webhook_alerts where sent_at is null')).toEqual([]);
  });
});

describe('A channel that hangs', () => {
  it('delays no delivery and no other channel', async () => {
    const asked: string[] = [];
    const hung: AlertChannel = {
      name: 'hung',
      send: (alert) => {
        asked.push(alert.id);
        return new Promise(() => undefined);
      },
    };
    const backend = await start({ channels: [hung] });
    backend.sender.timeoutMs = 100;
    await backend.register('acme', { url: receiver.url, events: ['*'] });
    await write(backend, 'acme', 100);
    const startedAt = performance.now();
    await backend.publish('acme', names(3));
    await backend.pass(0);
    expect(receiver.received.length).toBeGreaterThanOrEqual(3);
    expect(backend.heard).toHaveLength(100);
    // Only the alerts that are already being sent to the channel wait for the deadline: 100 deadlines would take 10 s.
    expect(asked.length).toBeLessThanOrEqual(16);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const [row] = await backend.rows<{ count: string }>(
      `select count(*) from webhook_alerts where next_at is not null and error like 'hung: %' and taken_by = '["callback"]'`,
    );
    expect(row!.count).toBe('100');
  });
});

it('Alerts are deleted with the deliveries, but not within a week, and never before they are sent', async () => {
  const backend = await start({ options: { retention: { keepMs: DAY } } });
  await backend.register('acme', { url: receiver.url, events: ['*'] });
  await backend.rows(
    `insert into webhook_alerts (tenant_id, kind, dedupe_key, data, created_at, next_at)
     select 'acme', 'endpoint.recovered', 'test:' || n, '{"since":0}',
            floor(extract(epoch from statement_timestamp()) * 1000)::bigint - n * $1::bigint,
            case when n = 9 then 9000000000000 end
       from generate_series(5, 9) n`,
    [DAY],
  );
  await backend.maintenance.runRound();
  const left = await backend.rows<{ dedupe_key: string }>('select dedupe_key from webhook_alerts order by 1');
  expect(left.map((row) => row.dedupe_key)).toEqual(['test:5', 'test:6', 'test:9']);
});
