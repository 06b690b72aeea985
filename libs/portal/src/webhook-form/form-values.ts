import type { Endpoint, EndpointChange, Registration } from '../api/types.ts';
import type { ProfileRules } from '../session/session.ts';

export interface HeaderRow {
  name: string;
  value: string;
}

/** Who chooses the secret of a new webhook. `unsigned` exists only if the profile allows it. */
export type SecretChoice = 'generate' | 'own' | 'unsigned';

/** The content of the form, as typed. */
export interface FormValues {
  url: string;
  description: string;
  /** Event names and patterns; `['*']`: all events. */
  events: string[];
  /** Numbers, each on its own line, or separated by commas or semicolons. */
  phoneNumbers: string;
  secretChoice: SecretChoice;
  secret: string;
  alertEmail: string;
  sendAlertEmail: boolean;
  retryOnError: boolean;
  skipErrors: boolean;
  skipErrorCodes: string;
  timeoutMs: string;
  maxThroughputPerMinute: string;
  maxInFlight: string;
  ordering: NonNullable<Registration['ordering']>;
  /** `null`: the stored headers stay as they are. */
  headers: HeaderRow[] | null;
}

export function emptyValues(rules: ProfileRules): FormValues {
  return {
    url: '',
    description: '',
    events: rules.maxEvents === 1 ? (rules.eventNames ?? []).slice(0, 1) : [],
    phoneNumbers: '',
    secretChoice: rules.secret.callerSupplied ? 'own' : 'generate',
    secret: '',
    alertEmail: '',
    sendAlertEmail: false,
    retryOnError: true,
    skipErrors: false,
    skipErrorCodes: '',
    timeoutMs: '',
    maxThroughputPerMinute: numberText(rules.maxThroughputPerMinute),
    maxInFlight: '',
    ordering: 'relaxed',
    headers: [],
  };
}

const numberText = (value: number | null): string => (value === null ? '' : String(value));

export function valuesOf(endpoint: Endpoint): FormValues {
  return {
    url: endpoint.url,
    description: endpoint.description ?? '',
    events: endpoint.events,
    phoneNumbers: endpoint.phoneNumbers?.join('\n') ?? '',
    secretChoice: 'generate',
    secret: '',
    alertEmail: endpoint.alertEmail ?? '',
    sendAlertEmail: endpoint.sendAlertEmail,
    retryOnError: endpoint.retryOnError,
    skipErrors: endpoint.skipErrors,
    skipErrorCodes: endpoint.skipErrorCodes.join(', '),
    timeoutMs: numberText(endpoint.timeoutMs),
    maxThroughputPerMinute: numberText(endpoint.maxThroughputPerMinute),
    maxInFlight: numberText(endpoint.maxInFlight),
    ordering: endpoint.ordering,
    headers: null,
  };
}

const listOf = (text: string): string[] =>
  text
    .split(/[\n,;]+/)
    .map((part) => part.trim())
    .filter(Boolean);

/** A text that is not a number is sent as it is: the API's message about it then appears next to the field. */
function numberOf(text: string): number | null {
  const trimmed = text.trim();
  if (!trimmed) return null;
  const value = Number(trimmed);
  return Number.isNaN(value) ? (trimmed as unknown as number) : value;
}

/** The fields that registrations and changes share, if the profile supports them. */
function shared(values: FormValues, { fields }: ProfileRules): EndpointChange {
  const has = (field: ProfileRules['fields'][number]) => fields.includes(field);
  const numbers = listOf(values.phoneNumbers);
  return {
    url: values.url.trim(),
    events: values.events,
    description: values.description.trim() || null,
    timeoutMs: numberOf(values.timeoutMs),
    maxThroughputPerMinute: numberOf(values.maxThroughputPerMinute),
    maxInFlight: numberOf(values.maxInFlight),
    ordering: values.ordering,
    ...(values.headers && {
      headers: Object.fromEntries(
        values.headers.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value]),
      ),
    }),
    ...(has('phoneNumbers') && { phoneNumbers: numbers.length > 0 ? numbers : null }),
    ...(has('alertEmail') && { alertEmail: values.alertEmail.trim() || null }),
    ...(has('sendAlertEmail') && { sendAlertEmail: values.sendAlertEmail }),
    ...(has('retryOnError') && { retryOnError: values.retryOnError }),
    ...(has('skipErrors') && { skipErrors: values.skipErrors }),
    ...(has('skipErrorCodes') && { skipErrorCodes: listOf(values.skipErrorCodes) }),
  };
}

const SECRETS: Record<SecretChoice, (values: FormValues) => Pick<Registration, 'secret'>> = {
  generate: () => ({}),
  own: ({ secret }) => ({ secret }),
  unsigned: () => ({ secret: null }),
};

export function toRegistration(values: FormValues, rules: ProfileRules): Registration {
  const fields = shared(values, rules);
  return {
    ...fields,
    url: fields.url ?? '',
    events: values.events,
    profile: rules.name,
    ...(rules.secret.owner === 'endpoint' && SECRETS[values.secretChoice](values)),
  };
}

/** Returns only the fields that differ from the stored webhook, so that somebody else's change of another field stays. */
export function toChange(values: FormValues, before: Endpoint, rules: ProfileRules): EndpointChange {
  const stored = shared({ ...valuesOf(before), headers: null }, rules);
  return Object.fromEntries(
    Object.entries(shared(values, rules)).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(stored[name as keyof EndpointChange]),
    ),
  );
}
