import { types } from 'pg';
import type { DataSource } from 'typeorm';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { backend, captureStatus, statusEvent } from '../capture/backend.js';
import { Message } from '../capture/message.js';
import { Engine } from '../engine/support/engine.js';
import { createDatabase } from '../support/database.js';
import { as, given, shape, startApp, values } from './support/app.js';
import { journey } from './support/journey.js';

type Parse = (value: string) => unknown;

const TEXT = 25;
const INT4 = 23;
const OTHER_OIDS = [1009, 1015, 1016, 1231, 2951, 2249]; // arrays of text, varchar, bigint, numeric and uuid; records
const OIDS = [...new Set([...Object.values(types.builtins), ...OTHER_OIDS])] as number[];
const DEFAULTS = OIDS.map((oid) => [oid, types.getTypeParser(oid)] as const);

/** Parsers by the OID of the type. Hosts often set some of them, and might set any of them. */
const OTHER_TYPES: Record<number, Parse> = {
  16: (value) => (value === 't' ? 'yes' : 'no'),
  17: (value) => value,
  20: BigInt,
  23: BigInt,
  114: (value) => value,
  700: (value) => value,
  701: (value) => value,
  1009: (value) => value,
  1016: (value) => value,
  1114: (value) => value,
  1184: (value) => value,
  1231: (value) => value,
  1700: Number,
  2950: (value) => Buffer.from(value),
  3802: (value) => value,
};

function setParsers(parserOf: (oid: number) => Parse | undefined): void {
  for (const oid of OIDS) {
    const parse = parserOf(oid);
    if (parse) types.setTypeParser(oid, parse);
  }
}

const refuse: Parse = (value) => {
  throw new Error(`The host's parser was asked to read ${value}`);
};

let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
afterEach(() => {
  receiver.answer(200);
  receiver.received.length = 0;
  for (const [oid, parse] of DEFAULTS) types.setTypeParser(oid, parse);
});

/** Runs `work` on a host that is started after `setUp`. */
async function onHost<T>(
  setUp: () => void,
  work: (app: Awaited<ReturnType<typeof startApp>>, source: DataSource) => Promise<T>,
): Promise<T> {
  const database = await createDatabase();
  const source = await given(database.url);
  setUp();
  const app = await startApp([
    WebhooksModule.forRoot({
      ...shape,
      ...values,
      dataSource: source,
      compat: ['mobile-text-alerts', 'httpsms'],
    }),
  ]);
  try {
    return await work(app, source);
  } finally {
    await app.close();
    await source.destroy();
    await database.drop();
  }
}

/** Replaces each text, number and boolean in a value by the name of the type. */
function typesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typesIn);
  if (value === null || typeof value !== 'object') return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, typesIn(each)]));
}

/** Returns the types of all values that the routes and the service return for a tenant. One of the tenant's two deliveries fails. */
async function answers(
  app: Awaited<ReturnType<typeof startApp>>,
  source: DataSource,
): Promise<Record<string, unknown>> {
  const webhooks = app.get(WebhooksService);
  const api = as(app, 'a');
  const { body: endpoint } = await api
    .post('/webhooks', {
      url: receiver.url,
      events: ['message.*'],
      headers: { 'x-token': 'abc' },
      maxInFlight: 5,
      timeoutMs: 2000,
    })
    .expect(201);
  for (const [id, status] of [
    ['m1', 200],
    ['m2', 410],
  ] as const) {
    receiver.answer(status);
    await source.transaction((tx) =>
      webhooks.publish(
        tx,
        messageEvent('message.delivered', {
          tenantId: 'a',
          message: { id, direction: 'out', from: 'ACME', to: '+15550100' },
        }),
      ),
    );
    await webhooks.runOnce();
  }
  const { body: log } = await api.get('/webhooks/deliveries').expect(200);
  const routes = [
    '/webhooks',
    `/webhooks/${endpoint.id}`,
    `/webhooks/${endpoint.id}/secret`,
    `/webhooks/${endpoint.id}/deliveries`,
    '/webhooks/deliveries?state=exhausted',
    `/webhooks/deliveries/${log.data[0].id}`,
    '/webhooks/subjects/m1',
    '/webhooks/subjects/m2',
    '/webhooks/account',
    '/webhooks/account/secret',
    '/v1/webhooks',
    '/v3/webhooks',
  ];
  const found: Record<string, unknown> = { endpoint: typesIn(endpoint), log: typesIn(log) };
  for (const route of routes) {
    const { body } = await api.get(route).expect(200);
    found[route.replace(/(wh|dlv)_\w+/, '$1')] = typesIn(body);
  }
  found.stats = typesIn(await webhooks.stats());
  found.operator = typesIn(await webhooks.operator.list());
  return found;
}

describe('A host that sets parsers of its own for the types of PostgreSQL', () => {
  it('gets the same names and types from the routes that read endpoints, deliveries, subjects and accounts', async () => {
    const expected = await onHost(() => undefined, answers);
    const found = await onHost(() => setParsers((oid) => OTHER_TYPES[oid]), answers);
    expect(found).toEqual(expected);
  });

  it('registers, publishes, delivers, retries and cleans up without a call to its parsers', async () => {
    await onHost(
      () => setParsers(() => refuse),
      (app, source) => journey(app, app.get(WebhooksService), source, receiver),
    );
  });

  it('gets captured rows as its own parsers read them', async () => {
    setParsers(
      (oid) => ({ ...OTHER_TYPES, [INT4]: (value: string) => `#${value}`, [TEXT]: undefined! })[oid],
    );
    const accounts: unknown[] = [];
    const engine = await Engine.start(
      backend(
        captureStatus((row, previous, context) => {
          accounts.push(row.accountId, previous.accountId);
          return statusEvent(row, previous, context);
        }),
      ),
    );
    await engine.endpoint('#1', '/hooks');
    const messages = engine.first.dataSource.getRepository(Message);
    await messages.insert(['m1', 'm2'].map((id) => ({ id, accountId: 1 })));
    await messages.update({ id: 'm2' }, { status: 'sent' });
    await messages.update({ id: 'm1' }, { status: 'failed' });
    await engine.runOnce();
    expect(accounts).toEqual(['#1', '#1', '#1', '#1']);
    const sent = engine.receiver.arrivals.map(({ body }) => JSON.parse(body).data.message.id as string);
    expect(sent.toSorted()).toEqual(['m1', 'm2']);
    await engine.close();
  });
});
