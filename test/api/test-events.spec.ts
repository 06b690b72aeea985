import { host, list, message, newAccount, receiver, useCustomers } from './customers.js';
import { itForAll } from '../support/it-for-all.js';

useCustomers();

describe('Test events', () => {
  it('are sent only to the endpoint of the call, and are marked as tests in the log', async () => {
    const account = newAccount();
    const endpoint = await account.register();
    await account.register();
    const sent = account.api.post(`/webhooks/${endpoint.id}/test?wait=10000`, { type: 'message.failed' });
    const [{ body, status }] = await Promise.all([sent, deliverSoon()]);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      eventId: expect.stringMatching(/^evt_/),
      delivery: {
        event: { id: body.eventId, type: 'message.failed', test: true },
        endpointId: endpoint.id,
        state: 'delivered',
        attempts: [{ status: 200 }],
      },
    });
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]!.headers['webhook-id']).toBe(body.eventId);
    expect(await list(account.api, '/webhooks/deliveries?test=true')).toMatchObject({
      data: [{ id: body.delivery.id }],
    });
  });

  it('have a type that the endpoint subscribes to, unless the call names one, and carry the data of the call', async () => {
    const account = newAccount();
    const endpoint = await account.register({ profile: 'mysmsgate', events: ['incoming-sms'] });
    const data = message('msg_9', { direction: 'in', body: 'mine' });
    const sent = account.api.post(`/webhooks/${endpoint.id}/test?wait=10000`, { data });
    const [{ body }] = await Promise.all([sent, deliverSoon()]);
    expect(body.delivery.wireType).toBe('incoming-sms');
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({ message: 'mine' });
  });

  it('return no delivery if no worker runs', async () => {
    const account = newAccount();
    const endpoint = await account.register();
    const { body } = await account.api.post(`/webhooks/${endpoint.id}/test?wait=1`, {}).expect(202);
    expect(body).toEqual({ eventId: expect.any(String), delivery: null });
  });

  itForAll([
    ['standard', { type: 'message.delivered', data: {} }, 202, undefined],
    ['standard', { type: 'host.own' }, 422, 'type'],
    ['standard', { type: 'message.*' }, 422, 'type'],
    ['standard', { type: 'Message Sent' }, 422, 'type'],
    ['msgine', { type: 'message.received' }, 422, 'type'],
    ['msgine', { type: 'message.delivered', data: { wrong: true } }, 422, 'data'],
    ['httpsms', { type: 'nothing' }, 422, 'type'],
  ])(
    'requests with a wrong type or data are refused, and the error names the field; standard accepts any data',
    async ([profile, body, status, field]) => {
      const account = newAccount();
      const endpoint = await account.register({ profile, events: ['*'], url: 'https://example.com/' });
      const answer = await account.api.post(`/webhooks/${endpoint.id}/test?wait=1`, body);
      expect([answer.status, answer.body.details?.[0]?.field]).toEqual([status, field]);
    },
  );

  /** Delivers as soon as the request that publishes has committed. */
  async function deliverSoon(): Promise<void> {
    while ((await host.webhooks.runOnce()).relayed === 0);
  }
});
