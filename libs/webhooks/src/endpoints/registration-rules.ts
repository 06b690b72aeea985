import { closestName } from '../config/closest-name.js';
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

/** Returns a problem for each given field that this profile ignores: callers rely on the fields that they give. */
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
 * @param known the names that the profile's webhooks can subscribe to; `null`: any name is allowed
 */
export function findEventProblems(
  profile: Profile,
  events: readonly string[],
  known: readonly string[] | null,
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
    const message = eventProblem(profile, name, known);
    return message === null ? [] : [{ field: 'events', code: 'unknown_event', message }];
  });
}

function eventProblem(
  { name: profile, registration }: Profile,
  name: string,
  known: readonly string[] | null,
): string | null {
  const isPattern = name === '*' || name.endsWith('.*');
  if (isPattern && !registration.wildcards)
    return `The profile ${profile} does not support patterns such as ${name}.${known ? listNames(known) : ''}`;
  if (known) {
    const found = isPattern ? known.some((each) => matchesEventName([name], each)) : known.includes(name);
    return found ? null : unknownEvent(profile, name, known);
  }
  if (name === '*') return null;
  return isEventType(isPattern ? name.slice(0, -2) : name)
    ? null
    : `${name} is not an event name: use lower-case words joined by full stops, or a pattern: * or message.*.`;
}

/** The sentence for an event that a profile does not have. The sentence names the event that was probably meant. */
export function unknownEvent(profile: string, name: string, known: readonly string[]): string {
  const closest = closestName(name, known);
  const question = closest === null ? '' : ` Did you mean ${closest}?`;
  return `The profile ${profile} has no event ${name}.${question}${listNames(known)}`;
}

const listNames = (names: readonly string[]): string => ` Known: ${names.join(', ')}.`;

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

/**
 * The secret of a new endpoint; `null`: the endpoint has no secret of its own. Call it only if {@link findSecretProblem}
 * returned `null`.
 */
export function chooseSecret(profile: Profile, secret: string | null | undefined): string | null {
  const { owner, callerSupplied, generate } = profile.secret;
  if (owner === 'account') return null;
  if (secret !== undefined) return secret;
  return callerSupplied ? null : generate();
}
