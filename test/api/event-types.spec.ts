import { defineProfile } from '../../libs/webhooks/src/profiles/profile.js';
import { messageOf } from '../../libs/webhooks/src/profiles/event-data.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
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

  it("stand beside the catalogue's, with what the host says of them, under the profiles that have words for them", async () => {
    const { body } = await api.get('/webhooks/event-types').expect(200);
    const [first, ...others] = body.data;
    expect(first.name).toBe('message.queued');
    expect(others.slice(-2)).toEqual([
      {
        ...invoice,
        group: 'invoice',
        names: { standard: ['invoice.paid'], 'standard-cloudevents': [expect.any(String)] },
      },
      expect.objectContaining({ name: 'plan', group: 'plan', schema: {}, example: {} }),
    ]);
  });

  itForAll([['invoice.paid'], ['invoice.*'], ['*'], ['message.delivered'], ['message.*'], ['plan']])(
    'may be subscribed to, as the catalogue may',
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

  it('are sent by tests with their example, and no others are', async () => {
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

it("A profile of the host's that fails on an example stops the start, which says whose fault it is", async () => {
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

it('Where the host does not name its types, any name may be subscribed to', async () => {
  const host = await startHost();
  await host
    .as('a')
    .post('/webhooks', { url, events: ['invoice.paid', 'invoice.*'] })
    .expect(201);
  await host.close();
});
