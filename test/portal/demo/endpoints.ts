import type { RegisterEndpoint, WebhooksService } from 'nestjs-sms-webhooks';

export const TENANT = 'acme';
/** Another customer, whose webhooks no user of `acme` may see. */
export const OTHER_TENANT = 'globex';

type Registration = Partial<RegisterEndpoint> & { path: string; events: string[] };

const REGISTRATIONS: Registration[] = [
  { path: '/ok/orders', events: ['*'], description: 'Order service' },
  {
    path: '/broken/crm/webhooks/incoming',
    events: ['message.delivered', 'message.failed'],
    description: 'CRM',
  },
  { path: '/silent/reports', events: ['message.*'], description: 'Reports', timeoutMs: 1000 },
  { path: '/unauthorized/partner', events: ['message.received'], description: 'Partner, behind a login' },
  { path: '/moved/old-address', events: ['message.sent', 'message.delivered'] },
  {
    path: '/ok/paused',
    events: ['message.delivered'],
    description: 'Paused while we migrate',
    active: false,
  },
  { path: '/gone/legacy', events: ['message.delivered'], description: 'The old shop' },
  { path: '/ok/msgine', events: ['message.delivered', 'message.failed'], profile: 'msgine' },
  { path: '/ok/sms/receive', events: ['incoming-sms'], profile: 'mysmsgate' },
  { path: '/ok/sms/status', events: ['delivery-report'], profile: 'mysmsgate' },
  {
    path: '/busy/httpsms',
    events: ['message.phone.received', 'message.phone.delivered'],
    profile: 'httpsms',
    phoneNumbers: ['+18005550199'],
    secret: 'a signing key that the customer has chosen',
  },
];

/** Registers the webhooks of both customers. Returns the ids of the webhooks of `acme`, by path. */
export async function registerEndpoints(
  webhooks: WebhooksService,
  receiver: string,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { path, ...registration } of REGISTRATIONS) {
    const { id } = await webhooks.endpoints.create(TENANT, { ...registration, url: receiver + path });
    ids.set(path, id);
  }
  await webhooks.endpoints.create(OTHER_TENANT, {
    url: `${receiver}/broken/globex`,
    events: ['*'],
    description: 'Globex',
  });
  await webhooks.accounts.update(TENANT, { alertEmail: 'developers@acme.example' });
  return ids;
}
