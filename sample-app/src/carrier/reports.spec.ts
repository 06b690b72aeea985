import { WebhooksService } from 'nestjs-sms-webhooks';
import { verifyWebhook, type WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { type Receiver, startReceiver } from '../../../test/api/receiver.js';
import { startBackend } from '../../../test/support/sample-app.js';
import type { RunningBackend } from '../../../test/support/sample-app.js';

const SECOND = 1000;
/** Prefix of the tests' numbers. The simulated carrier does not report on them. */
const MANUAL = '+9990000000';

describe('Duplicate and out-of-order reports on one message', () => {
  let backend: RunningBackend;
  let receiver: Receiver;
  beforeEach(async () => {
    backend = await startBackend();
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await backend.close();
    await receiver.close();
  });

  async function register(profile: WebhookProfile, fields: object): Promise<string> {
    const body = { url: receiver.url, profile, ...fields };
    return (await backend.post('/webhooks', body).expect(201)).body.secret;
  }

  /** Sends a message and the carrier's reports on it: duplicates, some at the same time, and reports out of order. */
  async function sendWithReports(number: string): Promise<string> {
    const { body } = await backend
      .post('/messages/sms', { to: MANUAL + number, message: 'Hello' })
      .expect(201);
    const sentAt = Date.parse(body.createdAt);
    const at: Record<string, string> = Object.fromEntries(
      ['sending', 'sent', 'unconfirmed', 'delivered'].map((status, i) => [
        status,
        new Date(sentAt + (i + 1) * SECOND).toISOString(),
      ]),
    );
    const report = (status: string) =>
      backend.post('/carrier/reports', { messageId: body.id, status, at: at[status] }).expect(200);
    // Ten duplicates, five of them at the same time.
    for (let i = 0; i < 5; i++) await report('sent');
    await Promise.all(Array.from({ length: 5 }, () => report('sent')));
    // Ten out of order: the final status comes first.
    await report('delivered');
    for (const status of ['unconfirmed', 'sending', 'sent', 'sending', 'unconfirmed', 'delivered', 'sending'])
      await report(status);
    await Promise.all(['sending', 'unconfirmed'].map(report));
    return body.id;
  }

  /** Verifies what the receiver got, and that no event arrived twice. */
  function verified(profile: WebhookProfile, secret: string): Record<string, unknown>[] {
    const all = receiver.received.map(({ headers, body }) =>
      verifyWebhook({ profile, headers, body: Buffer.from(body), secrets: secret }),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    return all.map(({ payload }) => ({ ...payload }));
  }

  it('publish one event for each status, and the receiver can sort these events by time', async () => {
    const secret = await register('standard', { events: ['message.*'] });
    const id = await sendWithReports('1');
    await backend.app.get(WebhooksService).runOnce();

    const arrived = verified('standard', secret);
    expect(arrived.map(({ type }) => type)).toEqual([
      'message.queued',
      'message.sent',
      'message.delivered',
      'message.unconfirmed',
      'message.sending',
    ]);
    const inOrder = arrived.toSorted(
      (a, b) => Date.parse(String(a.timestamp)) - Date.parse(String(b.timestamp)),
    );
    expect(inOrder.map(({ type }) => type)).toEqual([
      'message.queued',
      'message.sending',
      'message.sent',
      'message.unconfirmed',
      'message.delivered',
    ]);
    expect((await backend.get(`/messages/${id}`).expect(200)).body.status).toBe('delivered');
    expect((await backend.get(`/webhooks/subjects/${id}`).expect(200)).body.data).toHaveLength(5);
  });

  it('give a customer of Mobile Text Alerts the full history', async () => {
    const secret = 'abc123-abc2-cde1-1234-xyz123456';
    await register('mobile-text-alerts', { events: ['delivery-status'], secret });
    await sendWithReports('2');
    await backend.app.get(WebhooksService).runOnce();

    const arrived = verified('mobile-text-alerts', secret);
    const inOrder = arrived.toSorted(
      (a, b) => Date.parse(String(a.timestamp)) - Date.parse(String(b.timestamp)),
    );
    expect(arrived.map(({ status }) => status)).toEqual([1, 3, 4, 7, 2]);
    expect(inOrder.map(({ status }) => status)).toEqual([1, 2, 3, 7, 4]);
  });

  it('are dated just before the current status if they come late and without a time', async () => {
    const secret = await register('standard', { events: ['*'] });
    const { body } = await backend.post('/messages/sms', { to: `${MANUAL}3`, message: 'Hello' }).expect(201);
    for (const status of ['delivered', 'sent', 'sent'])
      await backend.post('/carrier/reports', { messageId: body.id, status }).expect(200);
    await backend.app.get(WebhooksService).runOnce();

    const arrived = verified('standard', secret);
    expect(arrived.map(({ type }) => type)).toEqual(['message.queued', 'message.delivered', 'message.sent']);
    const [, delivered, sent] = arrived.map(({ timestamp }) => Date.parse(String(timestamp)));
    expect(sent).toBe(delivered! - 1);
  });

  it('publish no event for a second final status', async () => {
    await register('standard', { events: ['*'] });
    const { body } = await backend.post('/messages/sms', { to: `${MANUAL}4`, message: 'Hello' }).expect(201);
    for (const status of ['failed', 'delivered', 'expired', 'failed'])
      await backend.post('/carrier/reports', { messageId: body.id, status }).expect(200);
    await backend.app.get(WebhooksService).runOnce();

    const types = receiver.received.map(({ body: sent }) => (JSON.parse(sent) as { type: string }).type);
    expect(types).toEqual(['message.queued', 'message.failed']);
  });
});
