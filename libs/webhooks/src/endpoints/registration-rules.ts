import { isEventType } from '../events/event.js';
import type { Profile, ProfileField } from '../profiles/profile.js';
import { matchesEventName } from '../events/subscription.js';
import type { ErrorDetail } from '../core/request-error.js';

const PROFILE_FIELDS: readonly ProfileField[] = [
  'phoneNumbers',
  'alertEmail',
  'sendAlertEmail',
  'skipErrors',
  'skipErrorCodes',
  'retryOnError',
];

/** Fields that this profile has no use for: refused by name, so that nobody counts on them. */
export function findFieldProblems(profile: Profile, input: object): ErrorDetail[] {
  const known = profile.registration.fields;
  return PROFILE_FIELDS.filter((field) => {
    const value = (input as Record<string, unknown>)[field];
    return value !== undefined && value !== null && !known.includes(field);
  }).map((field) => ({
    field,
    code: 'not_in_profile',
    message: `${field} means nothing to a webhook of the profile ${profile.name}: leave it out.`,
  }));
}

/**
 * What is wrong with these event names for this profile.
 *
 * @param types of events that there are, for profiles without names of their own; `null`: any
 */
export function findEventProblems(
  profile: Profile,
  events: readonly string[],
  types: readonly string[] | null,
): ErrorDetail[] {
  const { maxEvents } = profile.registration;
  if (events.length > maxEvents) {
    const number = maxEvents === 1 ? 'exactly one event name' : `at most ${maxEvents} event names`;
    return [
      {
        field: 'events',
        code: 'too_many',
        message: `A webhook of the profile ${profile.name} takes ${number}.`,
      },
    ];
  }
  return events.flatMap((name) => {
    const message = eventProblem(profile, name, types);
    return message === null ? [] : [{ field: 'events', code: 'unknown_event', message }];
  });
}

function eventProblem(
  { name: profile, registration }: Profile,
  name: string,
  types: readonly string[] | null,
): string | null {
  const { wildcards } = registration;
  const eventNames = registration.eventNames ?? types;
  const known = eventNames ? ` Known: ${eventNames.join(', ')}.` : '';
  const isPattern = name === '*' || name.endsWith('.*');
  if (isPattern && !wildcards) return `The profile ${profile} takes no patterns such as ${name}.${known}`;
  if (eventNames) {
    const found = isPattern
      ? eventNames.some((each) => matchesEventName([name], each))
      : eventNames.includes(name);
    return found ? null : `The profile ${profile} has no event ${name}.${known}`;
  }
  if (name === '*') return null;
  return isEventType(isPattern ? name.slice(0, -2) : name)
    ? null
    : `${name} is no event name: use lower-case words joined by full stops, with * or .* for all of them.`;
}

/**
 * What is wrong with the secret that a registration brings, or leaves out.
 *
 * @param secret `undefined`: none was brought; `null`: none is wanted
 */
export function findSecretProblem(profile: Profile, secret: string | null | undefined): ErrorDetail | null {
  const { owner, required, callerSupplied, check } = profile.secret;
  const problem = (code: string, message: string): ErrorDetail => ({ field: 'secret', code, message });
  if (owner === 'account') {
    if (secret === undefined) return null;
    const text = `Webhooks of the profile ${profile.name} are signed with the account's secret: leave secret out.`;
    return problem('not_in_profile', text);
  }
  if (secret === null || secret === undefined) {
    const mayBeMissing = secret === null ? !required : !required || !callerSupplied;
    if (mayBeMissing) return null;
    return problem('required', `The profile ${profile.name} needs a secret.`);
  }
  const wrong = check(secret);
  return wrong === null
    ? null
    : problem('invalid', `The secret does not fit the profile ${profile.name}. ${wrong}`);
}

/** The secret that a registration ends up with; `null`: unsigned. Asked only where {@link findSecretProblem} finds nothing. */
export function chooseSecret(profile: Profile, secret: string | null | undefined): string | null {
  const { owner, callerSupplied, generate } = profile.secret;
  if (owner === 'account') return null;
  if (secret !== undefined) return secret;
  return callerSupplied ? null : generate();
}
