import type { Endpoint } from '../src/api/types.ts';
import type { ProfileRules } from '../src/session/session.ts';
import { emptyValues, toChange, toRegistration, valuesOf } from '../src/webhook-form/form-values.ts';

const rules: ProfileRules = {
  name: 'standard',
  title: 'Standard',
  eventNames: null,
  wildcards: true,
  maxEvents: 100,
  onePerEvent: false,
  maxEndpoints: null,
  httpsOnly: false,
  maxThroughputPerMinute: null,
  fields: ['phoneNumbers'],
  secret: { owner: 'endpoint', required: true, callerSupplied: false, signsWithAll: true },
  timeoutMs: 15_000,
  schedule: [],
  signature: { kind: 'standard' },
};

const endpoint = {
  id: 'wh_1',
  url: 'https://example.com/',
  events: ['message.*'],
  description: null,
  phoneNumbers: ['+15550100'],
  timeoutMs: 2500,
  maxThroughputPerMinute: null,
  maxInFlight: null,
  ordering: 'relaxed',
  alertEmail: 'a@example.com',
  skipErrorCodes: [],
  headerNames: ['x-token'],
} as unknown as Endpoint;

describe('The form of a webhook', () => {
  it('changes only what was edited, and changes headers only if they are replaced', () => {
    const values = valuesOf(endpoint);
    expect(toChange(values, endpoint, rules)).toEqual({});
    const edited = { ...values, description: ' Orders ', timeoutMs: '3000', phoneNumbers: '' };
    expect(toChange(edited, endpoint, rules)).toEqual({
      description: 'Orders',
      timeoutMs: 3000,
      phoneNumbers: null,
    });
    expect(toChange({ ...values, headers: [] }, endpoint, rules)).toEqual({ headers: {} });
  });

  it('sends no field that the profile does not have', () => {
    const registration = toRegistration(emptyValues(rules), rules);
    expect(Object.keys(registration)).not.toContain('alertEmail');
    expect(Object.keys(registration)).not.toContain('secret');
  });

  it('sends words in a number field unchanged, so that the API says what is wrong', () => {
    const values = { ...emptyValues(rules), maxInFlight: 'many' };
    expect(toRegistration(values, rules).maxInFlight).toBe('many');
  });
});
