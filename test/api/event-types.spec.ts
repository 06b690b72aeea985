import { defineProfile } from '../../libs/webhooks/src/profiles/profile.js';
import { messageOf } from '../../libs/webhooks/src/profiles/event-data.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { type Receiver, startReceiver } from './receiver.js';
import { itForAll } from '../support/it-for-all.js';

const invoice = {
  name: 'invoice.paid',
  description: 'An invoice was paid.',
  schema: { type: 'object', required: ['invoice'] },
  example: { invoice: { id: 'inv_1' } },
};
const url = 'https://example.com/hooks';

describe("The host's own types of events", () => {
  let host: WebhooksHost;
  let api: Calls;
  beforeAll(async () => {
    host = await startHost({ options: { eventTypes: [invoice, { name: 'plan', description: 'A plan.' }] } });
    api = host.as('a');
  });
  afterAll(() => host.close());

  it("are listed with the types of the catalogue, with the host's descriptions, and with the profiles that can express them", async () => {
    const { body } = await api.get('/webhooks/event-types').expect(200);
    const [first, ...others] = body.data;
    expect(first.name).toBe('message.queued');
    expect(others.slice(-2)).toEqual([
      {
        ...invoice,
        group: 'invoice',
        names: { standard: ['invoice.paid'], 'standard-cloudevents': [expect.any(String)] },
        requests: [expect.objectContaining({ event: 'invoice.paid' })],
      },
      expect.objectContaining({ name: 'plan', group: 'plan', schema: {}, example: {} }),
    ]);
  });

  itForAll([['invoice.paid'], ['invoice.*'], ['*'], ['message.delivered'], ['message.*'], ['plan']])(
    'can be subscribed to, like the types of the catalogue',
    async ([name]) => {
      await api.post('/webhooks', { url, events: [name] }).expect(201);
    },
  );

  itForAll(['message.deliverd', 'mesage.*', 'invoice', 'plan.*.x', 'plans'])(
    'are refused if misspelled',
    async (name) => {
      const { body } = await api.post('/webhooks', { url, events: ['*', name] }).expect(422);
      expect(body.details).toEqual([
        {
          field: 'events',
          code: 'unknown_event',
          message: expect.stringMatching(
            /has no event .* Known: message\.queued, .*, invoice\.paid, plan\.$/,
          ),
        },
      ]);
    },
  );

  it('are sent as test events with their example, and unknown types are refused', async () => {
    const { body: endpoint } = await api.post('/webhooks', { url, events: ['*'] }).expect(201);
    const test = (type: string) => api.post(`/webhooks/${endpoint.id}/test?wait=1`, { type });
    await test('invoice.paid').expect(202);
    const [{ data }] = await host.dataSource.query(
      `select data from webhook_events where type = 'invoice.paid'`,
    );
    expect(JSON.parse(data)).toEqual(invoice.example);
    const { body } = await test('invoice.payed').expect(422);
    expect(body.details[0]).toMatchObject({
      field: 'type',
      code: 'unknown_event',
      message: expect.stringContaining('invoice.paid'),
    });
  });
});

describe('The request that is shown with each type', () => {
  let host: WebhooksHost;
  let receiver: Receiver;
  let api: Calls;
  beforeAll(async () => {
    host = await startHost({ options: { profiles: [msgine({ httpsOnly: false })] } });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
  });
  const listOf = async (query = '') => (await api.get(`/webhooks/event-types${query}`).expect(200)).body;
  /** The header names and the body fields of a request, without their values. */
  const outline = ({ headers, body }: { headers: object; body: string }) => ({
    headers: Object.keys(headers).toSorted(),
    fields: Object.keys(JSON.parse(body) as object),
  });

  itForAll([
    ['standard', 'message.delivered', 'webhook-signature', 'v1,…'],
    ['standard-cloudevents', 'message.delivered', 'webhook-signature', 'v1,…'],
    ['msgine', 'message.failed', 'x-msgine-signature', '…'],
    ['opensms', 'message.failed', 'x-opensms-signature', '…'],
    ['mysmsgate', 'message.delivered', 'x-mysmsgate-signature', '…'],
    ['mobile-text-alerts', 'message.received', 'x-signature', '…'],
    ['httpsms', 'message.failed', 'authorization', 'Bearer …'],
  ])('has the header names and body fields that the profile sends; the signature is hidden', async (row) => {
    const [profile, type, header, signature] = row;
    api = host.as(`shown-${profile}`);
    const { profile: shown, data } = await listOf(`?profile=${profile}`);
    expect(shown).toBe(profile);
    for (const { names, requests } of data)
      expect(requests.map((each: { event: string }) => each.event)).toEqual(names[profile] ?? []);
    const [example] = data.find(({ name }: { name: string }) => name === type).requests;
    expect(example.headers[header]).toBe(signature);

    const secret = profile === 'mobile-text-alerts' ? 'abc123-abc2-cde1' : undefined;
    const events = [profile.startsWith('standard') ? type : example.event];
    const webhook = await api.post('/webhooks', { url: receiver.url, events, profile, secret }).expect(201);
    await api.post(`/webhooks/${webhook.body.id}/test?wait=1`, { type: events[0] }).expect(202);
    await host.webhooks.runOnce();
    const { headers, body } = receiver.received.at(-1)!;
    const names = Object.keys(example.headers);
    const sent = Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
    expect(outline({ headers: sent, body })).toEqual(outline(example));
  });

  it('is shown in the account’s profile if the call names no profile', async () => {
    api = host.as('chooses');
    expect((await listOf()).profile).toBe('standard');
    await api.patch('/webhooks/account', { defaultProfile: 'opensms' }).expect(200);
    const { profile, data } = await listOf();
    const delivered = data.find(({ name }: { name: string }) => name === 'message.delivered');
    expect([profile, delivered.requests]).toEqual([
      'opensms',
      [
        {
          event: 'sms.delivered',
          headers: { 'content-type': 'application/json', 'x-opensms-signature': '…' },
          body: expect.stringMatching(/^\{"event":"sms\.delivered","message_id":"msg_test_\w+",/),
        },
      ],
    ]);
    expect(await listOf()).toEqual({ profile, data });
  });

  itForAll([
    ['?profile=twilio', 'must be one of standard, '],
    ['?profile=', 'characters'],
    ['?profile=a&profile=b', 'once'],
  ])('is not shown for a wrong profile: the error says what is allowed', async ([query, rule]) => {
    const { body } = await host.as('wrong').get(`/webhooks/event-types${query}`).expect(400);
    expect(body.details).toMatchObject([{ field: 'profile' }]);
    expect(body.message).toContain(rule);
  });
});

it('If a profile of the host fails on an example, the app does not start, and the error names the profile', async () => {
  const failing = (types: string) =>
    defineProfile({
      ...standard(),
      name: 'strict',
      render: (event) =>
        event.type.startsWith(types) ? [{ type: event.type, body: JSON.stringify(messageOf(event)) }] : [],
    });
  const start = (types: string) =>
    startHost({ options: { profiles: [failing(types)], eventTypes: [invoice] }, logger: false });
  await expect(start('invoice')).rejects.toThrow(
    /the profile strict fails on the example of the event type invoice\.paid \(.*data\.message/,
  );
  await expect(start('phone')).rejects.toThrow(/the profile strict fails on the example of phone\.offline/);
});

describe('Types that the host does not name', () => {
  let host: WebhooksHost;
  afterEach(() => host.close());

  const publishTyped = (type: string) =>
    host.dataSource.transaction((tx) =>
      host.webhooks.publish(tx, { type: type as 'message.sent', tenantId: 'a', data: {} as never }),
    );

  it('are refused by registrations and by publish, and the error suggests the name that was probably meant', async () => {
    host = await startHost();
    const { body } = await host
      .as('a')
      .post('/webhooks', { url, events: ['message.deliverd'] })
      .expect(422);
    expect(body.details[0].message).toContain(
      'The profile standard has no event message.deliverd. Did you mean message.delivered? Known: message.queued,',
    );
    const { body: endpoint } = await host
      .as('a')
      .post('/webhooks', { url, events: ['*'] })
      .expect(201);
    await host
      .as('a')
      .patch(`/webhooks/${endpoint.id}`, { events: ['invoice.*'] })
      .expect(422);
    await expect(publishTyped('message.deliverd')).rejects.toThrow(
      'publish: event 0, type must be a known event type, not "message.deliverd". Did you mean "message.delivered"? List event types of your own in the option eventTypes.',
    );
    await expect(publishTyped('invoice.paid')).rejects.toThrow(
      'not "invoice.paid". List event types of your own',
    );
  });

  it('are accepted with allowUnknownEventTypes, and can be sent as test events', async () => {
    host = await startHost({ options: { allowUnknownEventTypes: true } });
    const api = host.as('a');
    const { body } = await api.post('/webhooks', { url, events: ['invoice.paid', 'invoice.*'] }).expect(201);
    await api.post(`/webhooks/${body.id}/test?wait=1`, { type: 'invoice.paid' }).expect(202);
    await expect(publishTyped('invoice.paid')).resolves.toMatchObject({ duplicate: false });
  });

  it('are accepted if a profile of the host renders them, even if the profile has no list of names', async () => {
    const shouting = defineProfile({
      ...standard(),
      name: 'shouting',
      render: ({ type }) => [{ type: type.replace('message.', 'sms-'), body: '{}' }],
    });
    host = await startHost({ options: { profiles: [shouting] } });
    const register = (name: string) =>
      host.as('a').post('/webhooks', { url, profile: 'shouting', events: [name] });
    await register('sms-delivered').expect(201);
    await register('sms-lost').expect(422);
  });
});
