import { host, list, message, newAccount, receiver, useCustomers } from './customers.js';

useCustomers();

describe('What became of a message', () => {
  it('shows its events with their deliveries, and why the others did not get them', async () => {
    const { api, register, publish } = newAccount();
    const got = await register();
    const numbers = await register({ phoneNumbers: ['+256700000009'] });
    const other = await register({ events: ['call.missed'] });
    const wordless = await register({ profile: 'httpsms', events: ['phone.*'] });
    const dead = await register();
    const disabled = await register();
    await host.dataSource.query(
      `update webhook_endpoints e set state = 'disabled', state_reason = 'endpoint-failing'
         from webhook_lanes l where l.endpoint_id = e.id and l.id = $1`,
      [disabled.publicNo],
    );
    const event = await publish('msg_77');
    await host.webhooks.runOnce();
    await api.delete(`/webhooks/${dead.id}`);
    const later = await register();

    const { data, nextCursor } = await list(api, '/webhooks/subjects/msg_77');
    expect(nextCursor).toBeNull();
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      id: event.id,
      type: 'message.delivered',
      relayed: true,
      test: false,
    });
    expect(data[0].deliveries.map(({ endpointId }: { endpointId: string }) => endpointId)).toEqual([
      got.id,
      dead.id,
    ]);
    const reasons = Object.fromEntries(
      data[0].skipped.map(({ endpointId, reason }: { endpointId: string; reason: string }) => [
        endpointId,
        reason,
      ]),
    );
    expect(reasons).toEqual({
      [numbers.id]: 'phone-numbers',
      [other.id]: 'events',
      [wordless.id]: 'events',
      [disabled.id]: 'disabled',
      [later.id]: 'created-later',
    });
    expect(data[0].skipped[0].explanation).toMatch(/phone numbers/);
  });

  it('that a profile has no words for, or that came with a callback, says so', async () => {
    const { api, register, publish } = newAccount();
    await register({ profile: 'msgine', events: ['*'], url: 'https://example.com/' });
    await publish('msg_1', { type: 'message.received', data: message('msg_1', { direction: 'in' }) });
    await publish('msg_2', { callbackUrl: receiver.url });
    await host.webhooks.runOnce();
    const reason = async (subject: string) =>
      (await list(api, `/webhooks/subjects/${subject}`)).data[0].skipped[0].reason;
    expect(await reason('msg_1')).toBe('profile-cannot-express');
    expect(await reason('msg_2')).toBe('callback-instead');
    const [callback] = (await list(api, '/webhooks/deliveries?subject=msg_2')).data;
    expect(callback).toMatchObject({ endpointId: null, url: receiver.url, state: 'delivered' });
  });

  it("is told to the host's own code too", async () => {
    const { api, tenantId, register, publish } = newAccount();
    await register();
    await publish('m1');
    await host.webhooks.runOnce();
    const told = await host.webhooks.subjects.list(tenantId, 'm1');
    expect(told.data).toMatchObject([{ type: 'message.delivered', deliveries: [{ state: 'delivered' }] }]);
    expect(told).toEqual(await list(api, '/webhooks/subjects/m1'));
  });

  it('comes in pages, and is empty for a message that was never heard of', async () => {
    const { api, publish } = newAccount();
    for (let i = 0; i < 3; i++) await publish('phone 1/2');
    const path = `/webhooks/subjects/${encodeURIComponent('phone 1/2')}`;
    const page = await list(api, `${path}?limit=2`);
    expect(page.data).toHaveLength(2);
    const rest = await list(api, `${path}?limit=2&cursor=${page.nextCursor}`);
    expect([rest.data.length, rest.nextCursor]).toEqual([1, null]);
    expect(await list(api, '/webhooks/subjects/nothing')).toEqual({ data: [], nextCursor: null });
  });
});
