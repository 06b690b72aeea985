import { type CanActivate, type ExecutionContext, Module, type Type } from '@nestjs/common';
import request from 'supertest';
import { operatorController } from '../../libs/webhooks/src/module/routes/operator-controller.js';
import { advanceClock } from '../support/clock.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { type Receiver, startReceiver } from '../api/receiver.js';

class StaffGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return (
      context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-staff'] === 'yes'
    );
  }
}

describe("The operator's pause", () => {
  let host: WebhooksHost;
  let receiver: Receiver;
  let tenants = 0;
  let tenantId: string;
  let api: Calls;
  const operator = () => host.webhooks.operator;

  beforeAll(async () => {
    @Module({ controllers: [operatorController({ guards: [StaffGuard] })] })
    class StaffModule {}
    host = await startHost({ options: { isGlobal: true, imports: [StaffModule as Type<object>] } });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
  });
  beforeEach(() => {
    tenantId = `acme-${++tenants}`;
    api = host.as(tenantId);
    receiver.received.length = 0;
    receiver.answer(200);
  });

  const register = async (of = api) =>
    (await of.post('/webhooks', { url: receiver.url, events: ['*'] }).expect(201)).body;
  /** Publishes an event, delivers what is due and returns how many requests have arrived since the test began. */
  const publish = async (of = tenantId, callbackUrl?: string) => {
    const event = { type: 'webhook.test' as const, tenantId: of, data: { message: 'hi' }, callbackUrl };
    await host.dataSource.transaction((tx) => host.webhooks.publish(tx, event));
    await host.webhooks.runOnce();
    return receiver.received.length;
  };

  it.each([
    ['an endpoint', (endpointId: string) => ({ endpointId })],
    ['a tenant', () => ({ tenantId })],
    ['an origin', () => ({ origin: receiver.url })],
    ['all', () => ({ all: true as const })],
  ])('of %s keeps the backlog, which is sent when the pause ends', async (_, targetOf) => {
    const { id } = await register();
    const target = targetOf(id);
    expect(await publish()).toBe(1);
    await operator().pause(target, { reason: 'incident 7' });
    expect(await publish()).toBe(1);
    expect(await operator().pauses()).toMatchObject([{ reason: 'incident 7' }]);
    const [waiting] = (await host.webhooks.deliveries.list(tenantId)).data;
    expect(waiting).toMatchObject({ state: 'pending', waits: 'paused' });
    expect(await operator().resume(target)).toBe(true);
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(2);
    expect(await operator().resume(target)).toBe(false);
    expect(await operator().pauses()).toEqual([]);
    expect(await host.dataSource.query('select * from webhook_pauses')).toEqual([]);
  });

  it('is not ended by the owner, and does not end a pause of the owner', async () => {
    const { id } = await register();
    await operator().pause({ tenantId });
    await api.post(`/webhooks/${id}/pause`).expect(200);
    await api.post(`/webhooks/${id}/resume`).expect(200);
    await api.patch(`/webhooks/${id}`, { active: true, maxInFlight: 5 }).expect(200);
    expect(await publish()).toBe(0);
    await api.post(`/webhooks/${id}/pause`).expect(200);
    await operator().resume({ tenantId });
    expect(await publish()).toBe(0);
    await api.post(`/webhooks/${id}/resume`).expect(200);
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(2);
  });

  it('ends without resuming an endpoint that another pause covers', async () => {
    const { id } = await register();
    await operator().pause({ endpointId: id });
    await operator().pause({ tenantId });
    await operator().resume({ tenantId });
    expect(await publish()).toBe(0);
    await operator().resume({ endpointId: id });
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(1);
  });

  it('covers endpoints and callbacks that are added later, and no other tenant', async () => {
    await operator().pause({ tenantId });
    await register();
    await publish(tenantId, `${receiver.url}/callback`);
    const before = receiver.received.length;
    advanceClock(host.app, 2_000);
    await host.webhooks.runOnce();
    await publish(tenantId, `${receiver.url}/callback`);
    await publish();
    expect(receiver.received).toHaveLength(before);
    await register(host.as('other'));
    expect(await publish('other')).toBe(before + 1);
    await operator().resume({ tenantId });
    await host.webhooks.runOnce();
  });

  it('leaves a disabled endpoint disabled', async () => {
    const { id } = await register();
    await operator().pause({ endpointId: id });
    await operator().disable(id);
    await operator().resume({ endpointId: id });
    expect(await publish()).toBe(0);
    expect((await api.get(`/webhooks/${id}`)).body.state).toBe('disabled');
  });

  it('refuses an invalid target', async () => {
    for (const target of [
      {},
      { all: false },
      { origin: 'nowhere' },
      { origin: 'example.com:8443' },
      { tenantId, all: true },
      { tenant: 'a' },
    ])
      await expect(operator().pause(target as never)).rejects.toMatchObject({ code: 'invalid_request' });
    const endpointId = `wh_${'0'.repeat(26)}`;
    await expect(operator().pause({ endpointId })).rejects.toMatchObject({ code: 'endpoint_not_found' });
  });

  it('has routes that only staff can call, including lists of the failures and deliveries of all tenants', async () => {
    const { id } = await register();
    receiver.answer(500);
    await publish();
    const server = host.app.getHttpServer();
    const as = (staff: string) => (path: string) =>
      request(server).get(`/webhooks-operator/${path}`).set('x-staff', staff);
    await as('no')('failing').expect(403);
    const failing = await as('yes')('failing').expect(200);
    expect(failing.body.data).toContainEqual({
      tenantId,
      endpointId: id,
      url: receiver.url,
      failures: 1,
      failingSince: expect.any(String),
    });
    const deliveries = await as('yes')('deliveries?state=pending&limit=1').expect(200);
    expect(deliveries.body.data).toMatchObject([{ tenantId, endpointId: id, state: 'pending' }]);
    await as('yes')('deliveries?status=500').expect(400);

    const post = (path: string) => request(server).post(`/webhooks-operator/${path}`).set('x-staff', 'yes');
    await post('pause').type('form').send({ tenantId }).expect(415);
    const paused = await post('pause').send({ tenantId, reason: 'incident' }).expect(200);
    expect(paused.body).toMatchObject([{ scope: 'tenant', value: tenantId, reason: 'incident' }]);
    expect((await post('resume').send({ tenantId }).expect(200)).body).toEqual([]);
  });

  it('has routes only if the host passes guards', () => {
    expect(() => operatorController({ guards: [] })).toThrow('operatorController needs `guards`');
  });
});
