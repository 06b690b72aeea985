import { DemoApi } from '../../../sample-app/src/demo/demo-api.js';

const MESSAGES = 12;

const WEBHOOKS = [
  { path: '/ok/billing', events: ['message.delivered', 'message.failed'], description: 'Billing' },
  { path: '/503/crm', events: ['message.*'], description: 'CRM' },
  { path: '/ok/reports', events: ['message.delivered'], description: 'Reports', active: false },
];

/**
 * Registers three webhooks in addition to the demo's own, and then sends messages. Of the three, one fails and one is
 * paused.
 */
export async function registerMore(apiUrl: string, receiverUrl: string): Promise<void> {
  const api = new DemoApi(apiUrl, 'demo-key-a');
  for (const { path, ...fields } of WEBHOOKS)
    await api.post('/webhooks', { url: receiverUrl + path, profile: 'standard', ...fields });
  for (let number = 0; number < MESSAGES; number++)
    await api.post('/messages/sms', {
      to: `+1415555${4000 + number}`,
      message: 'Your parcel arrives today.',
    });
}
