import * as fc from 'fast-check';
import { accountNumberOf } from './account-number.js';
import {
  explainMismatch,
  type MatchEndpoint,
  type MatchEvent,
  matchesEventName,
  selectRequests,
} from './subscription.js';
import { itForAll } from '../../../../test/support/it-for-all.js';

const endpoint: MatchEndpoint = {
  id: 'e1',
  events: ['message.*'],
  phoneNumbers: null,
  state: 'active',
  createdAt: 1000,
  deletedAt: null,
};
const event: MatchEvent = {
  createdAt: 1000,
  callbackUrl: null,
  test: false,
  endpointId: null,
  data: { message: { direction: 'out', from: '+256700000001', to: '+256700000002' } },
};
const rendered = [{ type: 'message.sent', body: '{}' }];

const explain = (
  change: Partial<MatchEvent> = {},
  who: Partial<MatchEndpoint> = {},
  { requests = rendered, mode = 'replace' as 'replace' | 'add' } = {},
) => explainMismatch({ ...event, ...change }, { ...endpoint, ...who }, requests, mode);

describe('Event patterns', () => {
  itForAll([
    [['*'], 'message.sent', true],
    [['message.*'], 'message.sent', true],
    [['message.*'], 'message.phone.sent', true],
    [['message.sent'], 'message.sent', true],
    [['call.missed', 'message.sent'], 'message.sent', true],
    [['message.*'], 'message', false],
    [['message.*'], 'messages.sent', false],
    [['message'], 'message.sent', false],
    [['message.sent'], 'message.sent.twice', false],
    [['delivery-status'], 'delivery-status', true],
    [[], 'message.sent', false],
  ])('match these types and no others', ([patterns, type, taken]) => {
    expect(matchesEventName(patterns, type)).toBe(taken);
  });

  it('a name matches itself, and `name.*` matches the names below it', () => {
    const word = fc.stringMatching(/^[a-z0-9_-]{1,8}$/);
    const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.'));
    fc.assert(
      fc.property(name, word, (type, more) => {
        expect(matchesEventName([type], type)).toBe(true);
        expect(matchesEventName([`${type}.*`], `${type}.${more}`)).toBe(true);
        expect(matchesEventName([`${type}.*`], `${type}${more}`)).toBe(false);
      }),
    );
  });
});

describe("The account's own number", () => {
  itForAll([
    ['the sender of what goes out', { message: { direction: 'out', from: 'A', to: 'B' } }, 'A'],
    ['the recipient of what comes in', { message: { direction: 'in', from: 'A', to: 'B' } }, 'B'],
    ['the number of the phone', { phone: { number: 'P' } }, 'P'],
    ['the number that somebody opts in to', { optIn: { from: 'A', to: 'B' } }, 'B'],
    ['none in free-form data', { invoice: { id: 1 } }, null],
    ['none in the text of a test', { message: 'This is a test' }, null],
    ['none without data', null, null],
  ])('is read from each kind of event', ([, data, number]) => {
    expect(accountNumberOf(data)).toBe(number);
  });
});

describe('Why an endpoint does not get an event', () => {
  it('there is no reason if the endpoint is active or paused, existed before the event, and subscribes to it', () => {
    expect(explain()).toBeNull();
    expect(explain({}, { state: 'paused' })).toBeNull();
  });

  itForAll([
    ['it was deleted', {}, { deletedAt: 5 }, 'deleted'],
    ['it is disabled', {}, { state: 'disabled' as const }, 'disabled'],
    ['it was registered later', { createdAt: 999 }, {}, 'created-later'],
    ['it takes other events', {}, { events: ['call.missed'] }, 'events'],
    [
      'the event is a test of another endpoint',
      { endpointId: 'e2', test: true },
      {},
      'test-for-another-endpoint',
    ],
    ['the message brought a callback', { callbackUrl: 'https://example.com' }, {}, 'callback-instead'],
    ['the number is not among its numbers', {}, { phoneNumbers: ['+256700000002'] }, 'phone-numbers'],
    [
      'it filters by number, and the event has no number',
      { data: {} },
      { phoneNumbers: ['+256700000001'] },
      'phone-numbers',
    ],
  ])('each kind of mismatch has a reason', ([, change, who, reason]) => {
    expect(explain(change, who)).toBe(reason);
  });

  it('the profile is the reason if it renders no request for the event', () => {
    expect(explain({}, {}, { requests: [] })).toBe('profile-cannot-express');
  });

  it('a callback in addition to the endpoints is not a reason', () => {
    expect(explain({ callbackUrl: 'https://example.com' }, {}, { mode: 'add' })).toBeNull();
  });

  it('a number matches with or without its plus', () => {
    expect(explain({}, { phoneNumbers: ['256700000001'] })).toBeNull();
  });

  it('a test event reaches its endpoint, whatever events and numbers the endpoint filters by', () => {
    expect(
      explain({ test: true, endpointId: 'e1' }, { events: ['call.missed'], phoneNumbers: ['+1'] }),
    ).toBeNull();
  });
});

describe('The requests that an endpoint takes', () => {
  const both = [
    { type: 'message-send', body: '1' },
    { type: 'delivery-status', body: '2' },
  ];

  it('are those of the events that it subscribes to', () => {
    expect(selectRequests(['delivery-status'], both, false)).toEqual([both[1]]);
    expect(selectRequests(['message-reply'], both, false)).toEqual([]);
  });

  it('are all requests of a test event if the endpoint subscribes to none of them', () => {
    expect(selectRequests(['delivery-status'], both, true)).toEqual([both[1]]);
    expect(selectRequests(['message-reply'], both, true)).toEqual(both);
  });
});
