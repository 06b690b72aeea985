import { WebhooksService } from 'nestjs-sms-webhooks';
import { catalogue } from '../../../libs/webhooks/src/events/catalogue/catalogue.js';
import { startReceiver } from '../../../test/api/receiver.js';
import { startBackend } from '../../../test/support/sample-app.js';
import type { RunningBackend } from '../../../test/support/sample-app.js';
import { CarrierSimulator } from './simulator.js';

describe('The carrier simulator', () => {
  let backend: RunningBackend;
  beforeAll(async () => (backend = await startBackend()));
  afterAll(() => backend.close());

  it.each([
    ['+14155550130', 'delivered'],
    ['+14155550135', 'delivered'],
    ['+14155550136', 'failed'],
    ['+14155550137', 'undelivered'],
    ['+14155550138', 'expired'],
    ['+14155550139', 'delivered'],
  ])('for the recipient %s, brings the message to its final status: %s', async (to, end) => {
    const { body } = await backend.post('/messages/sms', { to, message: 'Hello' }).expect(201);
    await backend.app.get(CarrierSimulator).whenIdle();
    expect((await backend.get(`/messages/${body.id}`).expect(200)).body.status).toBe(end);
  });

  it('replies to a question', async () => {
    const to = '+14155550140';
    await backend.post('/messages/sms', { to, message: 'Are you there?' }).expect(201);
    await backend.app.get(CarrierSimulator).whenIdle();

    const { data } = (await backend.get('/messages?limit=1').expect(200)).body;
    expect(data[0]).toMatchObject({ direction: 'in', from: to, to: '+14155550100', status: 'received' });
  });

  it('publishes every event of the catalogue except webhook.test, and both kinds of expiries: final ones and others', async () => {
    const receiver = await startReceiver();
    await backend.post('/webhooks', { url: receiver.url, events: ['*'] }, 'demo-key-b').expect(201);
    for (const digit of [1, 5, 6, 8, 9]) {
      const sms = { to: `+1415555015${digit}`, message: 'Join us? Or call.' };
      await backend.post('/messages/sms', sms, 'demo-key-b').expect(201);
    }
    await backend.app.get(CarrierSimulator).whenIdle();
    await backend.app.get(WebhooksService).runOnce();
    await receiver.close();

    const arrived = receiver.received.map(({ body }) => JSON.parse(body) as Wire);
    expect([...new Set(arrived.map(({ type }) => type))].toSorted()).toEqual(
      catalogue
        .map(({ name }) => name)
        .filter((name) => name !== 'webhook.test')
        .toSorted(),
    );
    const expiries = arrived.filter(({ type }) => type === 'message.expired');
    expect(expiries.map(({ data }) => data.message!.isFinal).toSorted()).toEqual([false, true]);
  });
});

interface Wire {
  type: string;
  data: { message?: { isFinal?: boolean } };
}
