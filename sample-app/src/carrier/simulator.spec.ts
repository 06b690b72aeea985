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
  ])('brings a message to %s to its end: %s', async (to, end) => {
    const { body } = await backend.post('/messages/sms', { to, message: 'Hello' }).expect(201);
    await backend.app.get(CarrierSimulator).settled();
    expect((await backend.get(`/messages/${body.id}`).expect(200)).body.status).toBe(end);
  });

  it('lets the recipient answer a question', async () => {
    const to = '+14155550140';
    await backend.post('/messages/sms', { to, message: 'Are you there?' }).expect(201);
    await backend.app.get(CarrierSimulator).settled();

    const { data } = (await backend.get('/messages?limit=1').expect(200)).body;
    expect(data[0]).toMatchObject({ direction: 'in', from: to, to: '+14155550100', status: 'received' });
  });

  it('raises every event of the catalogue, an expiry that is tried again and a final one among them', async () => {
    const receiver = await startReceiver();
    await backend.post('/webhooks', { url: receiver.url, events: ['*'] }, 'demo-key-b').expect(201);
    for (const fate of [1, 5, 6, 8, 9]) {
      const sms = { to: `+1415555015${fate}`, message: 'Join us? Or call.' };
      await backend.post('/messages/sms', sms, 'demo-key-b').expect(201);
    }
    await backend.app.get(CarrierSimulator).settled();
    await backend.app.get(WebhooksService).runOnce();
    await receiver.close();

    const came = receiver.received.map(({ body }) => JSON.parse(body) as Wire);
    expect([...new Set(came.map(({ type }) => type))].toSorted()).toEqual(
      catalogue
        .map(({ name }) => name)
        .filter((name) => name !== 'webhook.test')
        .toSorted(),
    );
    const expiries = came.filter(({ type }) => type === 'message.expired');
    expect(expiries.map(({ data }) => data.message!.isFinal).toSorted()).toEqual([false, true]);
  });
});

interface Wire {
  type: string;
  data: { message?: { isFinal?: boolean } };
}
