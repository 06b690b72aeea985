import type { WebhookProfile } from '../profiles.js';
import { httpsms } from './httpsms.js';
import { mobileTextAlerts } from './mobile-text-alerts.js';
import { msgine } from './msgine.js';
import { mysmsgate } from './mysmsgate.js';
import { opensms } from './opensms.js';
import type { Scheme } from './scheme.js';
import { standard } from './standard.js';

export const schemes: { [P in WebhookProfile]: Scheme<P> } = {
  standard,
  'standard-cloudevents': standard,
  msgine,
  opensms,
  mysmsgate,
  'mobile-text-alerts': mobileTextAlerts,
  httpsms,
};

export function isProfile(name: unknown): name is WebhookProfile {
  return typeof name === 'string' && Object.hasOwn(schemes, name);
}
