import type { WebhookEvent } from './event.js';
import { accountNumberOf } from './account-number.js';
import type { EndpointState } from '../core/states.js';

/** The fields of an endpoint that {@link explainMismatch} reads. */
export interface MatchEndpoint {
  id: string;
  /** Names and patterns in its profile's vocabulary: `message.sent`, `message.*`, `*`. */
  events: readonly string[];
  /** `null`: all numbers. */
  phoneNumbers: readonly string[] | null;
  state: EndpointState;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Epoch milliseconds. */
  deletedAt: number | null;
}

/** The fields of an event that {@link explainMismatch} reads. */
export interface MatchEvent extends Pick<WebhookEvent, 'data' | 'createdAt' | 'callbackUrl' | 'test'> {
  /** For a test event: the only endpoint that receives it. */
  endpointId: string | null;
}

/** Why an endpoint does not receive an event. */
export type Mismatch =
  | 'deleted'
  | 'disabled'
  | 'test-for-another-endpoint'
  | 'callback-instead'
  | 'created-later'
  | 'profile-cannot-express'
  | 'events'
  | 'phone-numbers';

/** Returns true if a name or pattern matches. `message.*` matches names that begin with `message.`; `*` matches any name. */
export function matchesEventName(patterns: readonly string[], wireType: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === wireType ||
      (pattern.endsWith('.*') && wireType.startsWith(pattern.slice(0, -1))),
  );
}

/** Returns true if the account's own number in the data passes the filter. Data without a number passes no filter. */
function matchesNumbers(phoneNumbers: readonly string[] | null, data: unknown): boolean {
  if (phoneNumbers === null) return true;
  const accountNumber = accountNumberOf(data);
  if (accountNumber === null) return false;
  return phoneNumbers.some((number) => withoutPlus(number) === withoutPlus(accountNumber));
}

/**
 * Of the requests that a profile renders of an event, returns those that an endpoint is subscribed to. A test event always sends something: if the endpoint is
 * subscribed to none of the requests, this function returns all of them.
 */
export function selectRequests<Request extends { type: string }>(
  patterns: readonly string[],
  rendered: readonly Request[],
  isTest: boolean,
): readonly Request[] {
  const selected = rendered.filter(({ type }) => matchesEventName(patterns, type));
  return isTest && selected.length === 0 ? rendered : selected;
}

/**
 * Returns why `endpoint` does not receive `event`, or `null` if it does. If there are several reasons, returns the one that
 * comes first in {@link Mismatch}.
 *
 * @param rendered the requests that the endpoint's profile renders for the event
 * @param callbackMode the module's option `delivery.callbackMode`
 */
export function explainMismatch(
  event: MatchEvent,
  endpoint: MatchEndpoint,
  rendered: readonly { type: string }[],
  callbackMode: 'replace' | 'add',
): Mismatch | null {
  if (endpoint.deletedAt !== null) return 'deleted';
  if (endpoint.state === 'disabled') return 'disabled';
  if (event.endpointId !== null && event.endpointId !== endpoint.id) return 'test-for-another-endpoint';
  if (event.callbackUrl !== null && callbackMode === 'replace') return 'callback-instead';
  if (endpoint.createdAt > event.createdAt) return 'created-later';
  if (rendered.length === 0) return 'profile-cannot-express';
  if (selectRequests(endpoint.events, rendered, event.test).length === 0) return 'events';
  if (!event.test && !matchesNumbers(endpoint.phoneNumbers, event.data)) return 'phone-numbers';
  return null;
}

function withoutPlus(number: string): string {
  return number.startsWith('+') ? number.slice(1) : number;
}
