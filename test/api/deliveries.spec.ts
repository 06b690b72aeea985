import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { first, host, newAccount, receiver, useCustomers } from './customers.js';

useCustomers();

describe('One delivery', () => {
  it('shows what was sent and every attempt, the last one too', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    receiver.answer(503, 200);
    const { id: eventId } = await publish('msg_1');
    await host.webhooks.runOnce();

    const waiting = await first(api);
    expect(waiting).toMatchObject({
      event: { id: eventId, type: 'message.delivered', subject: 'msg_1', test: false },
      endpointId: endpoint.id,
      url: receiver.url,
      wireType: 'message.delivered',
      state: 'pending',
      reason: null,
      attemptCount: 1,
      lastAttempt: {
        number: 1,
        status: 503,
        error: 'http',
        response: 'answer 503',
        durationMs: expect.any(Number),
      },
      nextAttemptAt: expect.any(String),
      finishedAt: null,
    });
    host.app.get(Session).clockOffset += 60_000;
    await host.webhooks.runOnce();

    const { body } = await api.get(`/webhooks/deliveries/${waiting.id}`).expect(200);
    expect(body).toMatchObject({
      state: 'delivered',
      attemptCount: 2,
      nextAttemptAt: null,
      finishedAt: expect.any(String),
    });
    expect(
      body.attempts.map(({ number, status }: { number: number; status: number }) => [number, status]),
    ).toEqual([
      [1, 503],
      [2, 200],
    ]);
    expect(body.body).toBe(receiver.received[1]!.body);
    expect(body.lastAttempt).toEqual(body.attempts[1]);
  });

  it('is sent again from its end: same id, same bytes, numbers going on, the schedule anew', async () => {
    const { api, register, publish } = newAccount();
    await register();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    receiver.answer(500);

    const retried = await api.post(`/webhooks/deliveries/${id}/retry`).expect(202);
    expect(retried.body).toMatchObject({
      id,
      state: 'pending',
      reason: null,
      finishedAt: null,
      attemptCount: 1,
    });
    await host.webhooks.runOnce();

    const { body } = await api.get(`/webhooks/deliveries/${id}`);
    expect(body).toMatchObject({ state: 'pending', attemptCount: 2 });
    // The first wait of the schedule, 5 s, and not the second one.
    expect(Date.parse(body.nextAttemptAt) - Date.parse(body.lastAttempt.startedAt)).toBeLessThan(10_000);
    const [one, two] = receiver.received;
    expect(two!.body).toBe(one!.body);
    expect(two!.headers['webhook-id']).toBe(one!.headers['webhook-id']);
  });

  it('cannot be sent again while it is tried, nor when its endpoint takes nothing', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    receiver.answer(500);
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    const early = await api.post(`/webhooks/deliveries/${id}/retry`).expect(409);
    expect(early.body.code).toBe('delivery_not_finished');

    await api.post(`/webhooks/deliveries/${id}/cancel`).expect(200);
    await api.delete(`/webhooks/${endpoint.id}`).expect(204);
    const late = await api.post(`/webhooks/deliveries/${id}/retry`).expect(409);
    expect(late.body.code).toBe('endpoint_closed');
  });

  it('is given up on request, once, and says so', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    await api.post(`/webhooks/${endpoint.id}/pause`);
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    const { body } = await api.post(`/webhooks/deliveries/${id}/cancel`).expect(200);
    expect(body).toMatchObject({ state: 'discarded', reason: 'cancelled', finishedAt: expect.any(String) });
    expect((await api.post(`/webhooks/deliveries/${id}/cancel`).expect(409)).body.code).toBe(
      'delivery_finished',
    );
    await api.post(`/webhooks/${endpoint.id}/resume`);
    await host.webhooks.runOnce();
    expect(receiver.received).toEqual([]);
  });

  it('that is being sent right now can be neither cancelled nor retried', async () => {
    const { api, register, publish } = newAccount();
    await register();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    await host.dataSource.query(`update webhook_deliveries set state = 'sending' where id = $1`, [
      id.slice(4),
    ]);
    expect((await api.post(`/webhooks/deliveries/${id}/cancel`).expect(409)).body.code).toBe(
      'delivery_being_sent',
    );
    await api.post(`/webhooks/deliveries/${id}/retry`).expect(409);
  });

  it('of a paused endpoint that is retried waits for the resume', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    await api.post(`/webhooks/${endpoint.id}/pause`);
    await api.post(`/webhooks/deliveries/${id}/retry`).expect(202);
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(1);
    await api.post(`/webhooks/${endpoint.id}/resume`);
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(2);
  });
});
