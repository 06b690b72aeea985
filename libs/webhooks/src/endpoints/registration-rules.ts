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

/** Given fields that this profile ignores. They are refused, because a caller would rely on them. */
export function findFieldProblems(profile: Profile, input: object): ErrorDetail[] {
  const known = profile.registration.fields;
  return PROFILE_FIELDS.filter((field) => {
    const value = (input as Record<string, unknown>)[field];
    return value !== undefined && value !== null && !known.includes(field);
  }).map((field) => ({
    field,
    code: 'not_in_profile',
    message: `${field} is not supported by profile ${profile.name}: leave it out.`,
  }));
}

/**
 * What is wrong with these event names for this profile.
 *
 * @param types the catalogue's and the host's types, for profiles without names of their own; `null`: any name is allowed
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
        message: `A webhook of profile ${profile.name} takes ${number}.`,
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
  const eventNames = registration.eventNames ?? types;
  const known = eventNames ? ` Known: ${eventNames.join(', ')}.` : '';
  const isPattern = name === '*' || name.endsWith('.*');
  if (isPattern && !registration.wildcards)
    return `The profile ${profile} does not support patterns such as ${name}.${known}`;
  if (eventNames) {
    const found = isPattern
      ? eventNames.some((each) => matchesEventName([name], each))
      : eventNames.includes(name);
    return found ? null : `The profile ${profile} has no event ${name}.${known}`;
  }
  if (name === '*') return null;
  return isEventType(isPattern ? name.slice(0, -2) : name)
    ? null
    : `${name} is not an event name: use lower-case words joined by full stops, or a pattern: * or message.*.`;
}

/**
 * What is wrong with the secret of a registration or rotation; `null`: nothing.
 *
 * @param secret `undefined`: none is given; `null`: the endpoint shall be unsigned
 */
export function findSecretProblem(profile: Profile, secret: string | null | undefined): ErrorDetail | null {
  const { owner, required, callerSupplied, check } = profile.secret;
  const problem = (code: string, message: string): ErrorDetail => ({ field: 'secret', code, message });
  if (owner === 'account') {
    if (secret === undefined) return null;
    const text = `Webhooks of profile ${profile.name} are signed with the account's secret: leave secret out.`;
    return problem('not_in_profile', text);
  }
  if (secret === null || secret === undefined) {
    const mayBeMissing = secret === null ? !required : !required || !callerSupplied;
    if (mayBeMissing) return null;
    return problem('required', `The profile ${profile.name} requires a secret.`);
  }
  const reason = check(secret);
  return reason === null
    ? null
    : problem('invalid', `The secret does not fit the profile ${profile.name}. ${reason}`);
}

/** The secret of a new endpoint; `null`: unsigned. Call it only if {@link findSecretProblem} returned `null`. */
export function chooseSecret(profile: Profile, secret: string | null | undefined): string | null {
  const { owner, callerSupplied, generate } = profile.secret;
  if (owner === 'account') return null;
  if (secret !== undefined) return secret;
  return callerSupplied ? null : generate();
}
