import * as fc from 'fast-check';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { itForAll } from '../support/it-for-all.js';

const URL = 'https://example.com/hooks';
const good = { url: URL, events: ['message.delivered'] };
/** How many calls each account makes: fewer than the limit of any route. */
const CALLS_EACH = 8;
const LONG = 'x'.repeat(70_000);

/** Wrong values for fields of each kind. */
const wrongText = [1, true, {}, [], '', '   ', LONG, 'nul\0', 'half \ud800', 'bell\u0007', 'c1\u0085'];
const wrongFlag = ['true', 1, {}, [], null, ''];
const wrongWhole = ['5', 1.5, -1, 0, 1e12, true, {}, []];
const wrongTexts = [
  'x',
  1,
  {},
  [1],
  [null],
  [['x']],
  Array.from({ length: 101 }, (_, i) => `e${i}`),
  ['nul\0'],
];
const wrongMail = [
  ...wrongText,
  'nobody',
  'a@b@c',
  'a b@example.com',
  'a@example.com\r\nBcc: b@example.com',
  '"a\r\nBcc: b@example.org"@example.com',
  '"b@example.org x"@example.com',
];

/** Wrong values for each field of an endpoint's body. */
const endpointFields: Record<string, unknown[]> = {
  url: [
    ...wrongText,
    'x',
    'javascript:alert(1)',
    'https://',
    'https://127.0.0.1:22/',
    'https://example.com/ x',
    `https://example.com/${'x'.repeat(2048)}`,
  ],
  events: [...wrongTexts, [], ['with space'], ['x'.repeat(129)], ['ünï']],
  description: [...wrongText, 'x'.repeat(501)].filter((value) => value !== null),
  uid: [...wrongText.filter((value) => value !== '   '), ' ', 'a b', 'x'.repeat(129), 'ünï', 'a/b'],
  metadata: [
    'x',
    1,
    [],
    { a: 1 },
    { a: null },
    { a: { b: 'c' } },
    { '': 'x' },
    { 'a\n': 'x' },
    { ['x'.repeat(41)]: 'x' },
    { a: 'x'.repeat(501) },
    { a: 'nul\0' },
    Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 'x'])),
    Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, 'x'.repeat(500)])),
  ],
  headers: [
    'x',
    1,
    true,
    [],
    { a: 1 },
    { a: null },
    { 'x-a': 'b\nc' },
    { 'x-a': 'ü' },
    { host: 'x' },
    { '': 'x' },
  ],
  phoneNumbers: [
    ...wrongTexts,
    [],
    ['not a number!'],
    ['+'],
    ['+0256701'],
    ['ACME '],
    ['AC\nME'],
    ['1'.repeat(16)],
  ],
  maxThroughputPerMinute: wrongWhole,
  maxInFlight: wrongWhole,
  timeoutMs: [...wrongWhole, 999, 30_001],
  ordering: ['fifo', null, 1, {}, [], ''],
  alertEmail: wrongMail,
  sendAlertEmail: wrongFlag,
  skipErrors: wrongFlag,
  skipErrorCodes: [
    ...wrongTexts.filter((value) => !Array.isArray(value) || value.length > 0),
    ['4xx'],
    ['999'],
    [404],
  ],
  retryOnError: wrongFlag,
  secret: [...wrongText, 'whsec_short', 'no-prefix-but-long-enough-for-anybody'],
  active: wrongFlag,
};

const routes: Record<
  string,
  {
    fields: Record<string, unknown[]>;
    base: object;
    call: (api: Calls, id: string, body: unknown) => ReturnType<Calls['post']>;
  }
> = {
  'POST /webhooks': {
    base: good,
    fields: { ...endpointFields, profile: [...wrongText, 'nobody', null] },
    call: (api, _, body) => api.post('/webhooks', body),
  },
  'PATCH /webhooks/:id': {
    base: {},
    fields: {
      ...endpointFields,
      url: [...endpointFields.url!, null],
      events: [...endpointFields.events!, null],
      profile: ['standard', 'msgine'],
    },
    call: (api, id, body) => api.patch(`/webhooks/${id}`, body),
  },
  'POST /webhooks/:id/rotate-secret': {
    base: {},
    fields: {
      secret: [...endpointFields.secret!, null],
      overlapMs: ['1', -1, 1.5, 7 * 24 * 3_600_000 + 1, null, {}],
    },
    call: (api, id, body) => api.post(`/webhooks/${id}/rotate-secret`, body),
  },
  'POST /webhooks/:id/test': {
    base: {},
    fields: {
      type: [...wrongText, 'x'.repeat(129), null],
      data: ['x', 1, [], null, { a: { b: { c: { d: { e: 1 } } } } }],
    },
    call: (api, id, body) => api.post(`/webhooks/${id}/test?wait=1`, body),
  },
  'POST /webhooks/:id/recover': {
    base: { since: '2020-01-01' },
    fields: {
      since: [
        undefined,
        null,
        '',
        'yesterday',
        5,
        '2026',
        '2026-02-30T99:00:00Z',
        '2026-02-30',
        '2026-01-01T10:00:00',
        {},
      ],
      until: [null, 'x', '2019-01-01', 5, []],
      states: ['exhausted', [], ['delivered'], ['sending'], [1], {}],
      dryRun: wrongFlag,
    },
    call: (api, id, body) => api.post(`/webhooks/${id}/recover`, body),
  },
  'PATCH /webhooks/account': {
    base: {},
    fields: { alertEmail: wrongMail, defaultProfile: [...wrongText, 'nobody'], egressIps: [['1.2.3.4']] },
    call: (api, _, body) => api.patch('/webhooks/account', body),
  },
  'POST /webhooks/account/rotate-secret': {
    base: {},
    fields: { secret: [...endpointFields.secret!, null], overlapMs: ['1', -1, null] },
    call: (api, _, body) => api.post('/webhooks/account/rotate-secret', body),
  },
};

const queries: Record<string, [path: string, wrong: string[]]> = {
  limit: [
    '/webhooks',
    ['limit=0', 'limit=101', 'limit=x', 'limit=1.5', 'limit=', 'limit=-1', 'limit=5&limit=6'],
  ],
  cursor: ['/webhooks', ['cursor=x', 'cursor=', `cursor=${'9'.repeat(300)}`, 'cursor=1.wh_1', 'cursor=%00']],
  state: ['/webhooks', ['state=on', 'state=active&state=paused']],
  profile: ['/webhooks', [`profile=${'x'.repeat(33)}`, 'profile=', 'profile=foo']],
  stat: ['/webhooks', ['stat=active', 'stat=', 'stat=a&stat=b']],
  'state[]': ['/webhooks', ['state[]=active']],
  'limit of deliveries': ['/webhooks/deliveries', ['limit=1000']],
  'cursor of deliveries': ['/webhooks/deliveries', ['cursor=5', 'cursor=dlv_0']],
  'state of deliveries': ['/webhooks/deliveries', ['state=failed', 'state=,', 'state=delivered,x']],
  status: ['/webhooks/deliveries', ['status=5xx', 'status=99', 'status=1000', 'status=-1']],
  eventId: ['/webhooks/deliveries', ['eventId=evt_1', 'eventId=msg_1', 'eventId=', 'eventId=1-2']],
  deliveryId: ['/webhooks/deliveries', ['deliveryId=1', 'deliveryId=dlv_0', 'deliveryId=evt_1']],
  statusClass: ['/webhooks/deliveries', ['statusClass=200', 'statusClass=6xx']],
  since: [
    '/webhooks/deliveries',
    ['since=today', 'since=1700000000', 'since=2026-13-01', 'since=2026-02-29'],
  ],
  until: ['/webhooks/deliveries', ['until=x']],
  test: ['/webhooks/deliveries', ['test=1', 'test=TRUE']],
  eventType: [
    '/webhooks/deliveries',
    ['eventType=', `eventType=${'x'.repeat(129)}`, 'eventType=message.snt'],
  ],
  subject: ['/webhooks/deliveries', ['subject=', 'subject=%00', `subject=${'x'.repeat(256)}`]],
  endpointId: ['/webhooks/deliveries', ['endpointId=x', 'endpointId=dlv_1']],
  'cursor of a subject': ['/webhooks/subjects/x', ['cursor=x', 'cursor=-1']],
};

describe('Bad input', () => {
  let host: WebhooksHost;
  let endpointId: string;
  let fuzzers: { api: Calls; id: string }[];
  let callers = 0;
  let calls = 0;

  /** All rows of the tables that a request body could change. */
  const rows = () =>
    Promise.all(
      ['webhook_endpoints', 'webhook_accounts', 'webhook_lanes', 'webhook_events', 'webhook_deliveries'].map(
        (table) => host.dataSource.query(`select * from ${table} order by 1`),
      ),
    );

  beforeAll(async () => {
    host = await startHost({ logger: false });
    endpointId = (await host.as('a').post('/webhooks', good).expect(201)).body.id;
    await host.as('a').get('/webhooks/account');
    fuzzers = await Promise.all(Array.from({ length: 20 }, newCaller));
  });
  afterAll(() => host.close());

  const cases = Object.entries(routes).flatMap(([route, { fields }]) =>
    Object.keys(fields).map((field) => [route, field] as const),
  );

  /** Creates an account with an endpoint. The calls of one account are limited, so each account makes only a few. */
  async function newCaller(): Promise<{ api: Calls; id: string }> {
    const caller = host.as(`caller-${++callers}`);
    return { api: caller, id: (await caller.post('/webhooks', good).expect(201)).body.id };
  }

  itForAll(cases)(
    'in any field of a body gets a 400 or 422 that names the field, and nothing is written',
    async ([route, field]) => {
      const { base, fields, call } = routes[route]!;
      const values = fields[field]!;
      const some = await Promise.all(values.flatMap((_, i) => (i % CALLS_EACH === 0 ? [newCaller()] : [])));
      const before = await rows();
      for (const [i, value] of values.entries()) {
        const { api, id } = some[Math.floor(i / CALLS_EACH)]!;
        const { status, body } = await call(api, id, { ...base, [field]: value });
        const fieldsNamed: string[] = body.details?.map(
          (detail: { field: string }) => detail.field.split(/[.[]/)[0],
        );
        expect([value, [400, 422].includes(status), body.statusCode, fieldsNamed]).toEqual([
          value,
          true,
          status,
          [field],
        ]);
      }
      expect(await rows()).toEqual(before);
    },
  );

  itForAll(Object.entries(queries))(
    'in a query gets a 400 that names the parameter',
    async ([name, [path, wrong]]) => {
      for (const query of wrong) {
        const { status, body } = await host.as('a').get(`${path}?${query}`);
        const field = name.split(' ')[0];
        expect([query, status, body.details?.map((detail: { field: string }) => detail.field)]).toEqual([
          query,
          400,
          [field],
        ]);
      }
    },
  );

  it('in a query is refused, and the error suggests the name that was probably meant', async () => {
    const problem = async (path: string) =>
      (await host.as('a').get(`/webhooks${path}`).expect(400)).body.details[0].message;
    expect(await problem('/deliveries?stat=exhausted')).toBe(
      'stat is not a query parameter of this request. Did you mean state?',
    );
    expect(await problem('/event-types?since=2026-01-01')).toBe(
      'since is not a query parameter of this request. Known: profile.',
    );
    expect(await problem('/deliveries?eventType=message.snt')).toBe(
      'eventType is unknown: did you mean message.sent?',
    );
    expect(await problem('/deliveries?eventType=sms.delivred')).toContain('sms.delivered');
  });

  it('is refused with a message that says what is expected', async () => {
    const { body } = await host.as('a').post('/webhooks', { events: 'x', active: 1 }).expect(400);
    const words = body.details.map(({ message }: { message: string }) => message);
    expect(words.toSorted()).toEqual([
      'active must be true or false.',
      'events must be a list.',
      'url is required.',
    ]);
  });

  itForAll(['allowedAddresses', 'allowedHosts', 'allowHttp', 'nat64Prefixes', 'proxy', 'lookup'])(
    'options of the host are refused in a registration',
    async (field) => {
      for (const [method, path] of [
        ['post', '/webhooks'],
        ['patch', `/webhooks/${endpointId}`],
      ] as const) {
        const wrong = { ...good, [field]: ['127.0.0.0/8'] };
        const { body } = await host.as('a')[method](path, wrong).expect(400);
        expect(body.details).toMatchObject([{ field, code: 'unknown_field' }]);
      }
    },
  );

  it('any field is refused in a call that takes no fields', async () => {
    for (const path of [
      `/webhooks/${endpointId}/pause`,
      `/webhooks/${endpointId}/resume`,
      '/webhooks/deliveries/dlv_1/retry',
      '/webhooks/deliveries/dlv_1/cancel',
    ]) {
      const { body } = await host.as('a').post(path, { force: true }).expect(400);
      expect([path, body.details]).toEqual([
        path,
        [{ field: 'force', code: 'unknown_field', message: 'force is not a field of this request.' }],
      ]);
    }
  });

  it('a list with a repeated entry is accepted, and the entry is stored once', async () => {
    const [numbers, codes] = [
      ['+256701', '+256701'],
      ['404', '404'],
    ];
    const sent = { ...good, events: ['*', '*'], phoneNumbers: numbers, skipErrorCodes: codes };
    const { body } = await host.as('a').post('/webhooks', sent).expect(201);
    const kept = { events: ['*'], phoneNumbers: ['+256701'], skipErrorCodes: ['404'] };
    expect(body).toMatchObject(kept);
    const changed = await host
      .as('a')
      .patch(`/webhooks/${body.id}`, { phoneNumbers: numbers, skipErrorCodes: codes });
    expect(changed.body).toMatchObject(kept);
  });

  it('several wrong fields are named together', async () => {
    const { body } = await host
      .as('a')
      .post('/webhooks', { url: 5, events: 'x', descripton: 'typo', active: 1 })
      .expect(400);
    expect(body.details.map(({ field, code }: { field: string; code: string }) => [field, code])).toEqual(
      expect.arrayContaining([
        ['url', 'wrong_type'],
        ['events', 'wrong_type'],
        ['descripton', 'unknown_field'],
        ['active', 'wrong_type'],
      ]),
    );
  });

  itForAll([
    ['a list', '[]'],
    ['a text', '"x"'],
    ['a number', '5'],
    ['no JSON', '{'],
    ['a key that reaches the prototype', '{"__proto__": {"url": "x"}}'],
    ['a nested key that reaches the prototype', '{"headers": {"__proto__": "x"}}'],
    ['a constructor', '{"constructor": {"prototype": {"x": 1}}}'],
    ['the name of a method of every object', '{"hasOwnProperty": 1}'],
    ['a nested constructor', '{"headers": {"constructor": "x"}}'],
    ['a deep body', `{"url": ${'['.repeat(1000)}${']'.repeat(1000)}}`],
    ['a body of many values', `{"events": [${'"a",'.repeat(5000)}"a"]}`],
    ['a name with a NUL', '{"a\\u0000b": 1}'],
    ['half a surrogate pair in a name', '{"\\ud800": 1}'],
  ])('a body that is not a small, harmless JSON object gets a 400 and changes nothing', async ([, body]) => {
    const before = await rows();
    for (const [method, path] of [
      ['post', '/webhooks'],
      ['patch', `/webhooks/${endpointId}`],
      ['patch', '/webhooks/account'],
      ['post', `/webhooks/${endpointId}/rotate-secret`],
    ] as const) {
      const { status } = await host.as('a')[method](path).set('content-type', 'application/json').send(body);
      expect([method, path, status]).toEqual([method, path, 400]);
    }
    expect(({} as Record<string, unknown>).url).toBeUndefined();
    expect(await rows()).toEqual(before);
  });

  itForAll(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'a body whose content type is not JSON gets a 415, so that a form of another site changes nothing',
    async (type) => {
      const body = 'url=https%3A%2F%2Fexample.com&events=*';
      expect((await host.as('a').post('/webhooks').set('content-type', type).send(body)).status).toBe(415);
      expect(
        (await host.as('a').post(`/webhooks/${endpointId}/pause`).set('content-type', type).send(body))
          .status,
      ).toBe(415);
    },
  );

  it.each(['cross-site', 'same-site'])(
    'a call from another origin (%s) without a body gets a 415, unless it has a header that a form cannot send',
    async (site) => {
      const call = (path: string) => host.as('a').post(path).set('sec-fetch-site', site);
      await call('/webhooks/account/rotate-secret').expect(415);
      await call(`/webhooks/${endpointId}/pause`).expect(415);
      await call(`/webhooks/${endpointId}/resume`).set('authorization', 'Bearer x').expect(200);
      await call(`/webhooks/${endpointId}/resume`).set('content-type', 'application/json').expect(200);
      await call(`/webhooks/${endpointId}/resume`).set('sec-fetch-site', 'same-origin').expect(200);
      await host.as('a').post(`/webhooks/${endpointId}/resume`).expect(200);
      await host.as('a').get('/webhooks').set('sec-fetch-site', site).expect(200);
    },
  );

  it('a body of any JSON shape never causes a 500 or another undocumented status, and every error body has the status and a message', async () => {
    const field = fc.oneof(
      fc.constantFrom(...new Set(Object.values(routes).flatMap(({ fields }) => Object.keys(fields)))),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const body = fc.oneof(
      fc.dictionary(
        field,
        fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.string({ unit: 'binary' }), fc.webUrl()),
        { maxKeys: 6 },
      ),
      fc.array(fc.jsonValue({ maxDepth: 2 })),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom(...Object.keys(routes)), async (value, route) => {
        const { api, id } = fuzzers[calls++ % fuzzers.length]!;
        const { status, body: answer } = await routes[route]!.call(api, id, value ?? undefined);
        expect([400, 409, 422, 429, 200, 201, 202]).toContain(status);
        if (status >= 400) expect(answer).toMatchObject({ statusCode: status, message: expect.anything() });
      }),
      { numRuns: 300 },
    );
  });

  it('no query string causes a 500', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(queries).map(([path]) => path)),
        fc.dictionary(
          fc.constantFrom('limit', 'cursor', 'state', 'since', 'subject', 'test', 'statusClass', 'x'),
          fc.string({ unit: 'binary-ascii' }),
        ),
        async (path, query) => {
          const { status } = await host.as('a').get(`${path}?${new URLSearchParams(query)}`);
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: 200 },
    );
  });
});
