import type { WebhookMessage } from '../../libs/webhooks/src/events/message.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { type Receiver, startReceiver } from './receiver.js';

export let host: WebhooksHost;
export let receiver: Receiver;
let tenants = 0;

/** Starts a receiver and a host for all tests of a file. The host delivers only when a test calls `runOnce`. */
export function useCustomers(): void {
  beforeAll(async () => {
    host = await startHost();
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
  });
  beforeEach(() => {
    receiver.received.length = 0;
    receiver.answer(200);
    receiver.headers = {};
  });
}

export const message = (id: string, more: Partial<WebhookMessage> = {}): { message: WebhookMessage } => ({
  message: { id, direction: 'out', from: '+256700000001', to: '+256700000002', body: 'hi', ...more },
});

/** An account that nobody has used yet, with functions that register its endpoints and publish its events. */
export function newAccount() {
  const tenantId = `account-${++tenants}`;
  const api = host.as(tenantId);
  return {
    tenantId,
    api,
    register: async (body: object = {}) =>
      (await api.post('/webhooks', { url: receiver.url, events: ['*'], ...body }).expect(201)).body,
    publish: (subject: string, more: object = {}) =>
      host.dataSource.transaction((tx) =>
        host.webhooks.publish(tx, {
          type: 'message.delivered',
          tenantId,
          subject,
          data: message(subject),
          ...more,
        }),
      ),
  };
}

export const list = async (api: Calls, path: string) => (await api.get(path).expect(200)).body;
export const first = async (api: Calls) => (await list(api, '/webhooks/deliveries')).data[0];
