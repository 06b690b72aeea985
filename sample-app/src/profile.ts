import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';

const PROFILES: readonly WebhookProfile[] = [
  'standard',
  'standard-cloudevents',
  'msgine',
  'opensms',
  'mysmsgate',
  'mobile-text-alerts',
  'httpsms',
];

/** Returns the profile that PROFILE names, `standard` by default. The error lists the profiles. */
export function profileFromEnvironment(): WebhookProfile {
  const wanted = process.env.PROFILE || 'standard';
  const profile = PROFILES.find((name) => name === wanted);
  if (!profile) throw new Error(`PROFILE must be one of ${PROFILES.join(', ')}, not "${wanted}".`);
  return profile;
}
