import * as fc from 'fast-check';
import { nastyText, nastyValue } from './hostile.js';

/** One call of a route. Each part may be valid or not. */
export interface AnyRequest {
  /** As the router has it, such as `POST /webhooks/wh_:id/pause`. */
  route: string;
  /** The id in the path. `null`: the id of one of the caller's objects. */
  id: string | null;
  /** The query with its question mark, or `''`. */
  query: string;
  /** `''` for the client's default. */
  contentType: string;
  authorization: boolean;
  body: string;
}

export const url = 'https://example.com/hooks';

/** Every field of any request body, with values that are valid for some route, so that requests pass the first check. */
const GOOD = new Map<string, unknown[]>(
  Object.entries({
    url: [url, 'example.com/hooks'],
    events: [['*'], ['message.*'], ['message.phone.sent'], ['sms.failed']],
    event: ['message-reply', 'delivery-status'],
    profile: [
      'standard',
      'standard-cloudevents',
      'msgine',
      'opensms',
      'mysmsgate',
      'httpsms',
      'mobile-text-alerts',
    ],
    secret: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`, 'a-text-secret-long-enough', null],
    signing_key: ['key', null],
    description: ['mine', null],
    headers: [{ 'x-a': 'b' }, null],
    phoneNumbers: [['+18005550199'], null],
    phone_numbers: [['+18005550199']],
    maxThroughputPerMinute: [60, null],
    maxInFlight: [1, null],
    timeoutMs: [1000, null],
    ordering: ['strict', 'none'],
    alertEmail: ['ops@example.com', null],
    sendAlertEmail: [true],
    skipErrors: [false],
    skipErrorCodes: [['404'], []],
    retryOnError: [true],
    active: [true, false],
    overlapMs: [0, 1000],
    type: ['message.delivered', 'webhook.test', 'constructor', '__proto__', 'invoice.paid'],
    data: [{ message: { id: 'm', direction: 'out', from: '+18005550199', to: '+256701521269' } }, {}],
    since: ['2020-01-01', '2020-01-01T00:00:00Z'],
    until: ['2999-01-01'],
    states: [['exhausted']],
    dryRun: [true],
    defaultProfile: ['msgine', null],
  }),
);

const ENDPOINT =
  'url events description headers phoneNumbers maxThroughputPerMinute maxInFlight timeoutMs ordering alertEmail ' +
  'sendAlertEmail skipErrors skipErrorCodes retryOnError secret active';
const TEXT_ALERTS =
  'event url secret alertEmail sendAlertEmail skipErrors skipErrorCodes retryOnError maxThroughputPerMinute';
const HTTPSMS = 'url events phone_numbers signing_key';

/** The fields of a route's body, and a valid body: most requests differ from it by one to three fields. */
const BODIES: Record<string, { fields: string; base: object }> = {
  'POST /webhooks': { fields: `${ENDPOINT} profile`, base: { url, events: ['*'], active: false } },
  'PATCH /webhooks/wh_:id': { fields: ENDPOINT, base: {} },
  'POST /webhooks/wh_:id/rotate-secret': { fields: 'secret overlapMs', base: {} },
  'POST /webhooks/wh_:id/test': { fields: 'type data', base: {} },
  'POST /webhooks/wh_:id/recover': { fields: 'since until states dryRun', base: { since: '2020-01-01' } },
  'PATCH /webhooks/account': { fields: 'alertEmail defaultProfile', base: {} },
  'POST /webhooks/account/rotate-secret': { fields: 'secret overlapMs', base: {} },
  'POST /v3/webhooks': { fields: TEXT_ALERTS, base: { event: 'message-reply', url, secret: 'abc' } },
  'PATCH /v3/webhooks/:id': { fields: TEXT_ALERTS, base: {} },
  'POST /v1/webhooks': {
    fields: HTTPSMS,
    base: { url, events: ['message.phone.sent'], phone_numbers: ['+18005550199'] },
  },
  'PUT /v1/webhooks/:id': {
    fields: HTTPSMS,
    base: { url, events: ['message.phone.sent'], phone_numbers: ['+18005550199'] },
  },
};

const fieldOf = (names: readonly string[]): fc.Arbitrary<[string, unknown]> =>
  fc
    .oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: nastyText })
    .chain((name) =>
      fc.tuple(
        fc.constant(name),
        fc.oneof(
          { weight: 1, arbitrary: fc.constantFrom(...(GOOD.get(name) ?? [1])) },
          { weight: 1, arbitrary: nastyText },
          { weight: 1, arbitrary: nastyValue },
        ),
      ),
    );

/** Writes JSON from pairs, not from an object: `__proto__`, repeated names and lone surrogates are sent as they are. */
const written = (fields: [string, unknown][]): string =>
  `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`;

const raw = fc.oneof(
  nastyValue.map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '',
    '{',
    'null',
    '\ufeff{}',
    '{"url":1e999}',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `{"headers":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
    `{"events":[${'"a",'.repeat(20_000)}"a"]}`,
    JSON.stringify({ description: 'x'.repeat(90_000) }),
  ),
);

function bodyOf(route: string): fc.Arbitrary<string> {
  const { fields, base } = BODIES[route] ?? { fields: [...GOOD.keys()].join(' '), base: {} };
  const field = fieldOf(fields.split(' '));
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .array(field, { minLength: 1, maxLength: 3 })
        .map((given) => written([...Object.entries(base), ...given])),
    },
    { weight: 1, arbitrary: fc.array(field, { maxLength: 8 }).map(written) },
    { weight: 1, arbitrary: raw },
  );
}

const QUERY_NAMES = (
  'limit cursor state since until subject test statusClass eventType endpointId profile wait skip query page ' +
  'pageSize __proto__[x] limit[] state[a][b]'
).split(' ');

const query = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom(...QUERY_NAMES),
          fc.oneof(fc.constantFrom('1', '0', '50', 'true', 'delivered', '2020-01-01'), nastyText),
        ),
        { maxLength: 4 },
      )
      .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${encoded(value)}`).join('&')}`),
  },
  { weight: 1, arbitrary: fc.constantFrom('?%', '?a=%ff', '?limit=%00', '?&&==', `?x=${'y'.repeat(7_000)}`) },
);

const id = fc.oneof(
  { weight: 12, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '%',
      '%ff',
      '%00',
      '%2e%2e%2f',
      '0',
      '-1',
      '1e9',
      `${'9'.repeat(18)}`,
      '9'.repeat(40),
    ),
  },
  { weight: 1, arbitrary: nastyText.map(encoded) },
);

const contentType = fc.constantFrom(
  ...Array<string>(20).fill('application/json'),
  'application/json; charset=utf-16',
  'application/problem+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data',
  '',
);

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Any call of any of these routes. */
export function anyRequest(routes: readonly string[]): fc.Arbitrary<AnyRequest> {
  const withBody = routes.filter((route) => Object.hasOwn(BODIES, route));
  return fc.constantFrom(...routes, ...withBody, ...withBody, ...withBody).chain((route) =>
    fc.record({
      route: fc.constant(route),
      id,
      query,
      contentType,
      authorization: fc.boolean(),
      body: bodyOf(route),
    }),
  );
}

/** Every field of every body, with each of these values in turn. All other fields are valid. */
export function fieldByField(values: readonly unknown[]): { route: string; body: string }[] {
  return Object.entries(BODIES).flatMap(([route, { fields, base }]) =>
    fields
      .split(' ')
      .flatMap((field) =>
        values.map((value) => ({ route, body: written([...Object.entries(base), [field, value]]) })),
      ),
  );
}
