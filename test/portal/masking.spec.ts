import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_SCOPES } from '../../libs/webhooks/src/portal/access/scopes.js';
import { SETTINGS_HANDLERS } from '../../libs/webhooks/src/portal/masking/page-answers.interceptor.js';
import { OperatorRoutes } from '../../libs/webhooks/src/module/routes/operator-routes.js';
import { handlersOf } from '../../libs/webhooks/src/module/routes/mount-controller.js';
import { createMigratedDatabase } from '../support/migrated-database.js';
import type { TestDatabase } from '../support/database.js';
import { type PageHost, startPageHost } from './support/page-host.js';

/** Personal data of the customer's customers. No response may contain it. */
const PHONE = '+256772123456';
const SPACED = '+256 772 (123) 457';
const TEXT = 'Your code is 4711';
const ECHO = 'could not find Mrs. Miller';
const SECRETS = ['256772123456', '772123456', '772 (123) 457', '4711', 'Miller', '256772123458'];

let database: TestDatabase;
let receiver: Server;
let url: string;
let host: PageHost;
let things: { wh: string; dlv: string; evt: string; job: string };

beforeAll(async () => {
  database = await createMigratedDatabase();
  receiver = createServer((_, response) => {
    const answer = JSON.stringify({
      id: 'rcv_1',
      status: 'refused',
      to: PHONE,
      detail: `${ECHO}, ${SPACED}`,
    });
    response.writeHead(500, { 'content-type': 'application/json', 'x-echo': PHONE }).end(answer);
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
  host = await startPageHost({ access: 'session' }, { database });
  things = await plant();
});
afterAll(async () => {
  await host.close();
  await database.drop();
  receiver.close();
});

/** Creates events, attempts, a callback and a job that contain the personal data above. */
async function plant(): Promise<typeof things> {
  const { webhooks, dataSource } = host;
  const endpoint = {
    url,
    events: ['*'],
    phoneNumbers: ['+256772000000'],
    description: 'Support +256772000000',
  };
  const { id: wh } = await webhooks.endpoints.create('a', endpoint as never);
  const message = {
    id: 'msg_1',
    direction: 'out',
    from: '+256772000000',
    to: PHONE,
    body: `${TEXT} ${SPACED}`,
  };
  const event = { type: 'message.delivered', tenantId: 'a', data: { message, remark: 'for Mrs. Miller' } };
  const { id: evt } = await dataSource.transaction(async (tx) => {
    await webhooks.publish(tx, { ...event, subject: PHONE } as never);
    await webhooks.publish(tx, {
      ...event,
      subject: 'cb',
      callbackUrl: `${url}?to=%2B256772123458`,
    } as never);
    return webhooks.publish(tx, { ...event, subject: 'msg_1' } as never);
  });
  await webhooks.runOnce();
  const { data } = await webhooks.deliveries.list('a', { eventId: evt });
  const { job } = await webhooks.eventLog.replay('a', wh, { since: '2020-01-01T00:00:00Z', subject: PHONE });
  return { wh, evt, dlv: data[0]!.id, job: job!.id };
}

type Call = (host: PageHost) => ReturnType<PageHost['call']>;
const get =
  (path: string): Call =>
  (on) =>
    on.call('get', path, on.session('a', ['read', 'operator']));
const post =
  (path: string, body: object = {}): Call =>
  (on) =>
    on.call('post', path, on.session('a', ['read', 'write', 'retry', 'operator'])).send(body);

/** A call of each route whose response may contain data of events. */
const calls = (): Record<string, Call> => ({
  deliveries: get('/api/webhooks/deliveries'),
  deliveriesOf: get(`/api/webhooks/${things.wh}/deliveries`),
  delivery: get(`/api/webhooks/deliveries/${things.dlv}`),
  subject: get('/api/webhooks/subjects/msg_1'),
  events: get('/api/webhooks/events'),
  event: get(`/api/webhooks/events/${things.evt}`),
  stats: get(`/api/webhooks/${things.wh}/stats`),
  jobs: get('/api/webhooks/jobs'),
  job: get(`/api/webhooks/jobs/${things.job}`),
  test: post(`/api/webhooks/${things.wh}/test`),
  retry: post(`/api/webhooks/deliveries/${things.dlv}/retry`),
  cancel: post(`/api/webhooks/deliveries/${things.dlv}/cancel`),
  recover: post(`/api/webhooks/${things.wh}/recover`, { since: '2020-01-01T00:00:00Z' }),
  replay: post(`/api/webhooks/${things.wh}/replay`, { since: '2020-01-01T00:00:00Z', dryRun: true }),
  cancelJob: post(`/api/webhooks/jobs/${things.job}/cancel`),
});
const operatorCalls: Record<string, Call> = {
  pauses: get('/api/operator/pauses'),
  failing: get('/api/operator/failing'),
  endpoints: get('/api/operator/endpoints'),
  deliveries: get('/api/operator/deliveries'),
  stats: get('/api/operator/stats'),
  pause: post('/api/operator/pause', { tenantId: 'zzz' }),
  resume: post('/api/operator/resume', { tenantId: 'zzz' }),
};

it('No route returns phone numbers or texts of events and responses', async () => {
  const settings = [...SETTINGS_HANDLERS, 'delete'];
  expect([...Object.keys(calls()), ...settings].toSorted()).toEqual(Object.keys(API_SCOPES).toSorted());
  expect(Object.keys(operatorCalls).toSorted()).toEqual(handlersOf(OperatorRoutes as never).toSorted());
  for (const [name, call] of [...Object.entries(calls()), ...Object.entries(operatorCalls)]) {
    const { status, text } = await call(host);
    expect([name, status, SECRETS.filter((secret) => text.includes(secret))]).toEqual([
      name,
      status === 202 ? 202 : 200,
      [],
    ]);
  }
});

it('Masked data keeps its keys, ids, types and times', async () => {
  const { body: event } = await get(`/api/webhooks/events/${things.evt}`)(host).expect(200);
  expect(event).toMatchObject({ id: things.evt, type: 'message.delivered', subject: 'msg_1' });
  expect(event.data.message).toEqual({
    id: 'msg_1',
    direction: 'out',
    from: '+256•••••••00',
    to: '+256•••••••56',
    body: '••••••••',
  });
  const { body: delivery } = await get(`/api/webhooks/deliveries/${things.dlv}`)(host).expect(200);
  expect(JSON.parse(delivery.body)).toMatchObject({ type: 'message.delivered', timestamp: event.occurredAt });
  expect(JSON.parse(delivery.attempts[0].response)).toEqual({
    id: 'rcv_1',
    status: 'refused',
    to: '+256•••••••56',
    detail: '••••••••',
  });
  expect(delivery.attempts[0].responseHeaders['x-echo']).toBe('+256•••••••56');
  expect(delivery.attempts[0].request.headers['webhook-id']).toBe(things.evt);
  expect(delivery.url).toBe(url);
});

it("An endpoint's own numbers and description stay readable", async () => {
  const { body } = await get(`/api/webhooks/${things.wh}`)(host).expect(200);
  expect(body).toMatchObject({ phoneNumbers: ['+256772000000'], description: 'Support +256772000000' });
});

it('A host can show texts, with or without phone numbers', async () => {
  await host.close();
  for (const show of [{ bodies: true }, { bodies: true, phoneNumbers: true }]) {
    host = await startPageHost({ access: 'session', show }, { database });
    const { body } = await get(`/api/webhooks/events/${things.evt}`)(host).expect(200);
    const { to, body: text } = body.data.message;
    expect([to === PHONE, text]).toEqual(
      show.phoneNumbers ? [true, `${TEXT} ${SPACED}`] : [false, `${TEXT} +256 ••• (•••) •57`],
    );
    if (!show.phoneNumbers) await host.close();
  }
});
