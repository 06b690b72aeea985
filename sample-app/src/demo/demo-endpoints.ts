import { randomBytes } from 'node:crypto';
import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import type { DemoApi } from './demo-api.js';

/**
 * The events of profiles that allow only one event for each endpoint: the demo registers an endpoint for each event. With
 * other profiles, the demo registers one endpoint for all events.
 */
const SUBSCRIPTIONS: Partial<Record<WebhookProfile, string[]>> = {
  // One event name for each endpoint.
  'mobile-text-alerts': ['message-send', 'delivery-status', 'message-reply', 'number-opt-in'],
  // One URL for each of the two streams.
  mysmsgate: ['incoming-sms', 'delivery-report'],
};

/** Profiles whose customers choose the secret. */
const SECRET_FROM_CUSTOMER: WebhookProfile[] = ['opensms', 'mobile-text-alerts', 'httpsms'];

const DESCRIPTION = 'Demo receiver';

interface Endpoint {
  id: string;
  url: string;
  events: string[];
  profile: string;
  description: string | null;
}

/**
 * Registers the demo receiver, one endpoint for each path. Reuses the profile's endpoints of an earlier run, so that their
 * waiting deliveries arrive. Deletes the demo's endpoints of other profiles.
 */
export async function registerDemo(
  api: DemoApi,
  profile: WebhookProfile,
  receiverUrl: string,
): Promise<void> {
  const { data } = await api.get<{ data: Endpoint[] }>('/webhooks?limit=100');
  const earlier = data.filter(({ description }) => description === DESCRIPTION);
  for (const endpoint of earlier) {
    if (endpoint.profile !== profile) await api.delete(`/webhooks/${endpoint.id}`);
  }
  for (const event of SUBSCRIPTIONS[profile] ?? ['*']) {
    const path = event === '*' ? '/hooks/all' : `/hooks/${event}`;
    const known = earlier.find((endpoint) => endpoint.profile === profile && endpoint.events.includes(event));
    const endpoint = known ?? (await register(api, profile, event, receiverUrl + path));
    if (endpoint.url !== receiverUrl + path)
      await api.patch(`/webhooks/${endpoint.id}`, { url: receiverUrl + path });
  }
}

function register(api: DemoApi, profile: WebhookProfile, event: string, url: string): Promise<Endpoint> {
  const secret = SECRET_FROM_CUSTOMER.includes(profile) ? { secret: randomBytes(24).toString('hex') } : {};
  return api.post<Endpoint>('/webhooks', {
    url,
    events: [event],
    profile,
    description: DESCRIPTION,
    ...secret,
  });
}
