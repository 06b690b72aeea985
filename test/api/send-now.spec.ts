import { advanceClock } from '../support/clock.js';
import { first, host, list, newAccount, receiver, useCustomers } from './customers.js';

useCustomers();
// Otherwise the next test, whose clock is later, would send the deliveries that still wait.
afterEach(() => host.dataSource.query('delete from webhook_deliveries'));

const MINUTE = 60_000;
const LONG_AGO = '2020-01-01T00:00:00Z';

describe('A delivery that waits for its retry', () => {
  const failed = async () => {
    const account = newAccount();
    const endpoint = await account.register();
    receiver.answer(500);
    await account.publish('msg_1');
    await host.webhooks.runOnce();
    return { ...account, endpoint, delivery: await first(account.api) };
  };

  it('is sent at once on request, as its next attempt, after which the schedule continues', async () => {
    const { api, delivery } = await failed();
    expect(delivery).toMatchObject({
      waits: 'schedule',
      waitsUntil: delivery.nextAttemptAt,
      waitsFor: null,
    });
    const { body } = await api.post(`/webhooks/deliveries/${delivery.id}/retry`).expect(202);
    expect(body).toMatchObject({ state: 'pending', waits: 'queue', waitsUntil: null, attemptCount: 1 });
    await host.webhooks.runOnce();

    const after = await first(api);
    expect(after).toMatchObject({ state: 'pending', attemptCount: 2 });
    // The wait is the second one of the schedule (5 minutes), not the first one again.
    const waited = Date.parse(after.nextAttemptAt) - Date.parse(after.lastAttempt.startedAt);
    expect(waited).toBeGreaterThan(3 * MINUTE);
  });

  it('is sent at once by a recovery whose time range and states include it', async () => {
    const { api, endpoint, delivery } = await failed();
    const recover = async (body: object) =>
      (await api.post(`/webhooks/${endpoint.id}/recover`, { since: LONG_AGO, ...body }).expect(202)).body;
    const counted = { matched: 1, recovered: 0 };
    expect(await recover({ dryRun: true })).toMatchObject(counted);
    expect(await recover({ dryRun: true, states: ['pending'] })).toMatchObject(counted);
    expect(await recover({ states: ['exhausted', 'discarded'] })).toMatchObject({ matched: 0 });
    expect(await recover({ until: delivery.lastAttempt.startedAt })).toMatchObject({ matched: 0 });

    receiver.answer(200);
    expect(await recover({})).toMatchObject({ matched: 1, recovered: 1, more: false });
    await host.webhooks.runOnce();
    expect(await first(api)).toMatchObject({ state: 'delivered', attemptCount: 2 });
  });

  it('is not matched by a recovery if it is due already', async () => {
    const { api, endpoint } = await failed();
    advanceClock(host.app, MINUTE);
    const { body } = await api.post(`/webhooks/${endpoint.id}/recover`, { since: LONG_AGO }).expect(202);
    expect(body).toMatchObject({ matched: 0, recovered: 0 });
  });

  it('is sent when its paused endpoint is resumed, if its retry was requested', async () => {
    const { api, endpoint, publish, delivery } = await failed();
    await publish('msg_2');
    await host.webhooks.runOnce();
    await api.post(`/webhooks/${endpoint.id}/pause`).expect(200);
    const { body } = await api.post(`/webhooks/deliveries/${delivery.id}/retry`).expect(202);
    expect(body).toMatchObject({ waits: 'paused', waitsUntil: null });
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(2);
    await api.post(`/webhooks/${endpoint.id}/resume`).expect(200);
    await host.webhooks.runOnce();
    // The resume does not send deliveries that are due later.
    expect(receiver.received).toHaveLength(3);
    expect(await first(api)).toMatchObject({ waits: 'schedule', attemptCount: 1 });
  });

  it('is not sent during a pause that the receiver has asked for, and shows when the pause ends', async () => {
    const { api, register, publish } = newAccount();
    await register();
    receiver.answer(429);
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { id } = await first(api);
    const { body } = await api.post(`/webhooks/deliveries/${id}/retry`).expect(202);
    expect(body).toMatchObject({ waits: 'retry-after', waitsUntil: body.nextAttemptAt });
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(1);
    advanceClock(host.app, MINUTE);
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(2);
  });

  it('counts as one failure of its endpoint, however often its retry is requested', async () => {
    const { api, tenantId, delivery } = await failed();
    for (let i = 0; i < 6; i++) {
      await api.post(`/webhooks/deliveries/${delivery.id}/retry`).expect(202);
      await host.webhooks.runOnce();
    }
    const [lane] = await host.dataSource.query('select failures from webhook_lanes where tenant_id = $1', [
      tenantId,
    ]);
    expect(lane).toEqual({ failures: 1 });
  });
});

describe('A delivery that waits says why:', () => {
  it('an earlier delivery of its subject comes first', async () => {
    const { api, register, publish } = newAccount();
    await register({ ordering: 'strict' });
    receiver.answer(500);
    await publish('msg_1');
    await publish('msg_1');
    await host.webhooks.runOnce();
    const [later, earlier] = (await list(api, '/webhooks/deliveries')).data;
    expect(later).toMatchObject({ waits: 'order', waitsUntil: null, waitsFor: earlier.id });
    expect(earlier).toMatchObject({ waits: 'schedule', waitsFor: null });
    const { body } = await api.post(`/webhooks/deliveries/${later.id}/retry`).expect(202);
    expect(body).toMatchObject({ waits: 'order', waitsFor: earlier.id });
    const [report] = (await list(api, '/webhooks/subjects/msg_1')).data;
    expect(report.deliveries[0]).toMatchObject({ waits: 'order', waitsFor: earlier.id });
  });

  it('its endpoint keeps failing', async () => {
    const { api, register, publish } = newAccount();
    await register();
    receiver.answer(500);
    for (let i = 1; i <= 5; i++) await publish(`msg_${i}`);
    await host.webhooks.runOnce();
    advanceClock(host.app, MINUTE);
    expect(await first(api)).toMatchObject({ waits: 'failing', waitsUntil: null });
  });

  it('a limit of its endpoint is reached; a limit per minute also says when the next request is allowed', async () => {
    const { api, register, publish, tenantId } = newAccount();
    await register({ maxThroughputPerMinute: 1, maxInFlight: 1 });
    await publish('msg_1');
    await publish('msg_2');
    await host.webhooks.runOnce();
    const limited = await first(api);
    expect(limited).toMatchObject({ waits: 'limit', waitsUntil: expect.any(String) });
    expect(Date.parse(limited.waitsUntil)).toBeGreaterThan(Date.parse(limited.nextAttemptAt));

    await host.dataSource.query('update webhook_lanes set in_flight = 1 where tenant_id = $1', [tenantId]);
    advanceClock(host.app, MINUTE);
    expect(await first(api)).toMatchObject({ waits: 'concurrency', waitsUntil: null });
  });

  it('stored data of its endpoint must be repaired', async () => {
    const { api, register, publish, tenantId } = newAccount();
    await register();
    await publish('msg_1');
    await host.dataSource.query(`update webhook_endpoints set secrets = '[]' where tenant_id = $1`, [
      tenantId,
    ]);
    await host.webhooks.runOnce();
    const blocked = await first(api);
    expect(blocked).toMatchObject({
      waits: 'repair',
      reason: 'secret-missing',
      waitsUntil: blocked.nextAttemptAt,
    });
  });

  it('its endpoint has just been disabled', async () => {
    const { api, register, publish } = newAccount();
    const { id } = await register();
    receiver.answer(500);
    await publish('msg_1');
    await host.webhooks.runOnce();
    await host.webhooks.operator.disable(id);
    expect(await first(api)).toMatchObject({ waits: 'disabled', waitsUntil: null });
  });
});
