import type { WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { type Backend, DAY, HOUR, MINUTE, names, startBackend } from './backend.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import { delivered, useEngine } from '../engine/support/engine.js';
import { answer } from '../engine/support/receiver.js';

let backend: Backend;
let receiver: Receiver;
let tenants = 0;
let tenantId: string;

beforeAll(async () => {
  backend = await startBackend({
    options: { alerts: { endpointUrl: (id) => `https://app.example.com/hooks/${id}` } },
  });
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

const own = (): WebhookAlert[] => backend.heard.filter((alert) => alert.tenantId === tenantId);
const kinds = (): string[] => own().map(({ kind }) => kind);
const heard = (kind: WebhookAlert['kind']): WebhookAlert => own().find((alert) => alert.kind === kind)!;
const register = (fields: object = {}) =>
  backend.register(tenantId, { url: `${receiver.url}/customer-7?token=s3cret`, events: ['*'], ...fields });

describe('An endpoint that fails', () => {
  it('causes no alert while only four deliveries have failed, however often', async () => {
    await register({ alertEmail: 'owner@example.com' });
    receiver.answer(500);
    await backend.publish(tenantId, names(4));
    await backend.pass(0);
    for (let retries = 0; retries < 3; retries++) await backend.pass(HOUR);
    expect(kinds()).toEqual([]);
  });

  it('causes one alert when the fifth delivery fails, and one when the endpoint responds again', async () => {
    const endpointId = await register({ alertEmail: 'owner@example.com' });
    receiver.answer(503);
    await backend.publish(tenantId, names(5));
    await backend.pass(0);
    expect(kinds()).toEqual(['endpoint.failing']);
    await backend.publish(tenantId, names(5));
    await backend.pass(10 * MINUTE);
    expect(kinds()).toEqual(['endpoint.failing']);

    receiver.answer(200);
    await backend.pass(10 * MINUTE);
    await backend.pass(10 * MINUTE);
    expect(kinds()).toEqual(['endpoint.failing', 'endpoint.recovered']);
    const origin = new URL(receiver.url).origin;
    expect(heard('endpoint.failing')).toMatchObject({
      tenantId,
      endpointId,
      origin,
      email: 'owner@example.com',
      subject: `Webhook failing: ${origin}`,
      data: { failures: 5, since: expect.any(Number), causes: [{ status: 503, error: 'http', count: 5 }] },
    });
    expect(heard('endpoint.failing').text).toContain('5 deliveries in a row failed');
    expect(heard('endpoint.failing').text).toContain('HTTP 503 (5)');
    expect(heard('endpoint.failing').text).toContain(`https://app.example.com/hooks/${endpointId}`);
    expect(heard('endpoint.recovered').subject).toBe(`Webhook recovered: ${origin}`);
    expect(heard('endpoint.recovered').data.since).toBe(heard('endpoint.failing').data.since);
  });

  it('causes another alert in the next period of failure', async () => {
    await register();
    for (let episode = 0; episode < 2; episode++) {
      receiver.answer(500);
      await backend.publish(tenantId, names(5));
      await backend.pass(0);
      receiver.answer(200);
      await backend.pass(10 * MINUTE);
      await backend.pass(10 * MINUTE);
    }
    expect(kinds()).toEqual([
      'endpoint.failing',
      'endpoint.recovered',
      'endpoint.failing',
      'endpoint.recovered',
    ]);
    expect(heard('endpoint.failing').email).toBeNull();
  });

  it('is reported to the account’s address if the endpoint is a URL of callbacks', async () => {
    await backend.webhooks.accounts.update(tenantId, { alertEmail: 'account@example.com' });
    receiver.answer(500);
    await backend.publish(tenantId, names(5), { callbackUrl: `${receiver.url}/callback` });
    await backend.pass(0);
    expect(own()).toMatchObject([
      {
        kind: 'endpoint.failing',
        endpointId: null,
        origin: new URL(receiver.url).origin,
        email: 'account@example.com',
      },
    ]);
  });
});

describe('Disabling', () => {
  it('is announced once, about a day before it happens; when it happens, it is reported with the number of waiting deliveries', async () => {
    const endpointId = await register({ alertEmail: 'owner@example.com' });
    receiver.answer(500);
    await backend.publish(tenantId, names(12));
    await backend.pass(0);
    for (let round = 0; round < 12; round++) await backend.pass(10 * MINUTE);
    backend.heard.length = 0;

    backend.store.advanceClock(3.8 * DAY);
    await backend.maintenance.runRound();
    await backend.pass(0);
    expect(kinds()).toEqual([]);
    backend.store.advanceClock(0.2 * DAY);
    await backend.maintenance.runRound();
    await backend.maintenance.runRound();
    await backend.pass(0);
    expect(kinds()).toEqual(['endpoint.will_be_disabled']);
    const { since, disableAt } = heard('endpoint.will_be_disabled').data;
    expect(disableAt).toBe((since as number) + 5 * DAY);

    backend.store.advanceClock(DAY);
    await backend.maintenance.runRound();
    await backend.pass(0);
    expect(kinds()).toEqual(['endpoint.will_be_disabled', 'endpoint.disabled']);
    expect(heard('endpoint.disabled')).toMatchObject({
      endpointId,
      email: 'owner@example.com',
      data: { reason: 'endpoint-failing', waiting: 12 },
    });
    expect(heard('endpoint.disabled').text).toContain('it failed for too long without a single success');
  });

  it('by a 410 is reported', async () => {
    await register();
    receiver.answer(410);
    await backend.publish(tenantId, names(1));
    await backend.pass(0);
    expect(own()).toMatchObject([{ kind: 'endpoint.disabled', data: { reason: 'endpoint-gone' } }]);
  });

  it('by the operator is reported once, when it is committed', async () => {
    const endpointId = await register();
    const { operator } = backend.webhooks;
    const undone = backend.dataSource.transaction(async (tx) => {
      await operator.disable(endpointId, { tx });
      throw new Error('the host changed its mind');
    });
    await expect(undone).rejects.toThrow('changed its mind');
    await backend.pass(0);
    expect(kinds()).toEqual([]);

    await operator.disable(endpointId);
    await operator.disable(endpointId);
    await backend.pass(0);
    expect(own()).toMatchObject([
      { kind: 'endpoint.disabled', endpointId, data: { reason: 'operator', causes: [] } },
    ]);
  });
});

describe('An alert whose link cannot be made', () => {
  const sent: WebhookAlert[] = [];
  const engine = useEngine({
    options: {
      alerts: {
        channels: [callbackChannel((alert) => sent.push(alert))],
        endpointUrl: () => {
          throw new Error('no such page');
        },
      },
    },
  });

  it('is sent at once, without the link', async () => {
    engine().receiver.on('/hooks', answer(410));
    const { id } = await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    expect(sent).toMatchObject([{ kind: 'endpoint.disabled', endpointId: id }]);
    expect(engine().log.errors.splice(0)).toEqual([
      'alerts.endpointUrl threw (no such page): the alert is sent without a link',
    ]);
  });
});
