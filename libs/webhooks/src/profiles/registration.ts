import type { RegistrationRules } from './profile.js';

/** A registration that asks for nothing special; every endpoint may name the address for its own alerts. */
export const plainRegistration: RegistrationRules = {
  eventNames: null,
  wildcards: true,
  maxEvents: 100,
  onePerEvent: false,
  httpsOnly: false,
  maxEndpoints: null,
  maxThroughputPerMinute: null,
  fields: ['alertEmail'],
};
