import type { WebhookEvent } from './event.js';
import { accountNumberOf } from './account-number.js';
import type { EndpointState } from '../core/states.js';

/** What matching reads of an endpoint. */
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

/** What matching reads of an event, beside the event itself. */
export interface MatchEvent extends Pick<WebhookEvent, 'data' | 'createdAt' | 'callbackUrl' | 'test'> {
  /** Of a test event: the one endpoint it is for. */
  endpointId: string | null;
}

/** Why an endpoint does not get an event. */
export type Mismatch =
  | 'deleted'
  | 'disabled'
  | 'test-for-another-endpoint'
  | 'callback-instead'
  | 'created-later'
  | 'profile-cannot-express'
  | 'events'
  | 'phone-numbers';

/** Is `wireType` among these names and patterns? A pattern ends in `.*` and takes every name below it; `*` takes all. */
export function matchesEventName(patterns: readonly string[], wireType: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === wireType ||
      (pattern.endsWith('.*') && wireType.startsWith(pattern.slice(0, -1))),
  );
}

/** Does the account's own number in this event pass the filter? An event without one passes only where there is no filter. */
export function matchesNumbers(phoneNumbers: readonly string[] | null, data: unknown): boolean {
  if (phoneNumbers === null) return true;
  const own = accountNumberOf(data);
  return own !== null && phoneNumbers.some((number) => digits(number) === digits(own));
}

/**
 * The requests of an event that an endpoint takes. A test event shows something in any case: where the endpoint takes
 * none of its names, it gets them all.
 */
export function selectRequests<Request extends { type: string }>(
  patterns: readonly string[],
  rendered: readonly Request[],
  test: boolean,
): readonly Request[] {
  const taken = rendered.filter(({ type }) => matchesEventName(patterns, type));
  return test && taken.length === 0 ? rendered : taken;
}

/**
 * Why `endpoint` does not get `event`, or `null` where it does. The first reason that holds, the plainest first.
 *
 * @param rendered the requests that the endpoint's profile makes of the event
 * @param callbackMode the module's option
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

function digits(number: string): string {
  return number.startsWith('+') ? number.slice(1) : number;
}
