import { once } from 'node:events';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, type INestApplication, Module, Post } from '@nestjs/common';
import type { WebhooksModuleStructure } from '../../libs/webhooks/src/config/structure-options.js';
import { itForAll } from '../support/it-for-all.js';
import { expressRoutes } from '../support/routes.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

const options: WebhooksModuleStructure = { compat: ['mobile-text-alerts', 'httpsms'] };

/** Express 4 sets the body to an empty object if no parser reads it. Many hosts on Express 5 do the same. */
const likeExpress4 = (app: INestApplication): void =>
  void app.use((call: { body?: unknown }, _: unknown, next: () => void) => {
    call.body ??= {};
    next();
  });

const HOSTS = [
  { name: 'Express', adapter: 'express', configure: undefined },
  { name: 'Express with the body of Express 4', adapter: 'express', configure: likeExpress4 },
  { name: 'Fastify', adapter: 'fastify', configure: undefined },
] as const;

/** Headers of clients that name no content type, a type other than JSON, or an invalid type; also with a chunked body. */
const UNPARSED: Record<string, string>[] = [
  {},
  { 'content-type': '' },
  { 'content-type': 'application/merge-patch+json' },
  { 'content-type': 'application/octet-stream' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'application/json-seq' },
  { 'content-type': 'json' },
  { 'transfer-encoding': 'chunked' },
  { 'content-type': 'application/merge-patch+json', 'transfer-encoding': 'chunked' },
];

/**
 * What curl, axios, Ruby, urllib, Go and a proxy that speaks HTTP/2 send as headers of a request without a body.
 */
const NO_BODY: Record<string, string>[] = [
  {},
  { 'content-type': '' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'text/plain;charset=UTF-8' },
  { 'content-type': 'application/json' },
  { 'content-type': 'application/octet-stream' },
  { 'content-type': 'none' },
  { 'transfer-encoding': 'chunked' },
  { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' },
];

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/**
 * What browsers add to a form that another site submits: over HTTPS, over HTTP, from a page without an origin, with a stored
 * password.
 */
const FROM_OTHER_SITES: Record<string, string>[] = [
  { ...FORM, 'sec-fetch-site': 'cross-site' },
  { ...FORM, 'sec-fetch-site': 'same-site' },
  { ...FORM, origin: 'http://evil.example' },
  { ...FORM, origin: 'null' },
  { 'content-type': 'text/plain', origin: 'http://evil.example' },
  { ...FORM, 'sec-fetch-site': 'cross-site', authorization: 'Basic dXNlcjpwYXNz' },
];

/** Calls without a body. In this order, each call finds the state that it needs. */
const WITHOUT_BODY = [
  ['POST /webhooks/wh_:id/pause', 200],
  ['POST /webhooks/wh_:id/resume', 200],
  ['POST /webhooks/wh_:id/rotate-secret', 200],
  ['POST /webhooks/account/rotate-secret', 200],
  ['POST /webhooks/wh_:id/test?wait=1', 202],
  ['POST /webhooks/deliveries/dlv_:id/cancel', 200],
  ['POST /webhooks/deliveries/dlv_:id/retry', 202],
  ['PATCH /webhooks/wh_:id', 200],
  ['DELETE /webhooks/wh_0', 404],
  ['DELETE /v3/webhooks/0', 404],
  ['DELETE /v1/webhooks/0', 404],
] as const;

/** A route of the host, in the same app. */
@Controller('orders')
class OrdersController {
  @Post()
  create(): { created: true } {
    return { created: true };
  }
}

@Module({ controllers: [OrdersController] })
class OrdersModule {}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe.each(HOSTS)('On $name', ({ adapter, configure }) => {
  let host: WebhooksHost;
  let routes: string[];
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    host = await startHost({ adapter, options: { ...options, imports: [OrdersModule] }, configure });
    const shown = adapter === 'express' ? host : await startHost({ options });
    routes = expressRoutes(shown.app).filter((route) => /^(POST|PUT|PATCH|DELETE) .*webhooks/.test(route));
    if (shown !== host) await shown.close();
    const api = host.as('a');
    const url = 'https://example.com/hooks';
    ids.wh = (await api.post('/webhooks', { url, events: ['*'] }).expect(201)).body.id;
    await api.post(`/webhooks/${ids.wh}/test?wait=1`, {}).expect(202);
    await host.webhooks.runOnce();
    ids.dlv = (await api.get('/webhooks/deliveries').expect(200)).body.data[0].id;
    const since = '2026-01-01T00:00:00Z';
    ids.job = (await api.post(`/webhooks/${ids.wh}/replay`, { since }).expect(202)).body.job.id;
    const textAlerts = await api.post('/v3/webhooks', { event: 'message-reply', url, secret: 'abc' });
    ids.v3 = String(textAlerts.body.data.id);
    const fields = { url, events: ['message.phone.sent'], phone_numbers: ['+18005550199'] };
    ids.v1 = (await api.post('/v1/webhooks', fields).expect(201)).body.data.id;
  });
  afterAll(() => host.close());

  /** Fills in ids that exist, such as that of an endpoint in `POST /webhooks/wh_:id/pause`. */
  function filled(route: string): { method: string; path: string } {
    const [method, path] = route.split(' ') as [string, string];
    const own = path.startsWith('/v3') ? ids.v3! : path.startsWith('/v1') ? ids.v1! : '';
    const named = path.replace(/(wh|dlv|job)_:id/, (all, kind: string) => ids[kind]!).replace(':id', own);
    return { method, path: named };
  }

  /** Sends a request with Node's `http` client, which adds no content type of its own. */
  async function send(route: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    const { port } = host.app.getHttpServer().address() as AddressInfo;
    const length = headers['transfer-encoding'] ? {} : { 'content-length': String(body?.length ?? 0) };
    const all = { 'x-key': 'a', ...length, ...headers };
    const call: RequestOptions = { ...filled(route), port, host: '127.0.0.1', headers: all };
    const sent = request(call).end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    return { status: answer.statusCode!, body: text === '' ? {} : JSON.parse(text) };
  }

  const everything = async (): Promise<unknown> => [
    await host.dataSource.query('select * from webhook_endpoints order by id'),
    await host.dataSource.query('select * from webhook_accounts order by 1'),
  ];

  itForAll(UNPARSED)(
    'a body that no parser has read is a 415 on every route and changes nothing',
    async (headers) => {
      const before = await everything();
      expect(routes.length).toBeGreaterThan(15);
      for (const route of routes) {
        const { status, body } = await send(route, headers, '{"description":"x","overlapMs":0}');
        const message = expect.stringContaining('content-type: application/json');
        const wanted = route.includes('/v3/')
          ? { httpCode: 415, message }
          : route.includes('/v1/')
            ? { status: 'error', message }
            : { code: 'json_only', message };
        expect([route, status, body]).toEqual([route, 415, expect.objectContaining(wanted)]);
      }
      expect(await everything()).toEqual(before);
    },
  );

  itForAll(NO_BODY)(
    'a call without a body is accepted, whatever content type its client names',
    async (headers) => {
      const json = { 'content-type': 'application/json' };
      // Only five secrets may be valid at once.
      for (const route of ['POST /webhooks/wh_:id/rotate-secret', 'POST /webhooks/account/rotate-secret'])
        await send(route, json, '{"overlapMs":0}');
      for (const [route, status] of WITHOUT_BODY)
        expect([route, await send(route, headers)]).toEqual([route, expect.objectContaining({ status })]);
    },
  );

  itForAll(FROM_OTHER_SITES)(
    'an empty form that another site submits is a 415 and changes nothing',
    async (headers) => {
      const before = await everything();
      for (const [route] of WITHOUT_BODY)
        expect([route, (await send(route, headers)).status]).toEqual([route, 415]);
      expect(await everything()).toEqual(before);
    },
  );

  it('a form of the same site is accepted, and a form with a token is accepted too', async () => {
    const { port } = host.app.getHttpServer().address() as AddressInfo;
    for (const headers of [
      { ...FORM, 'sec-fetch-site': 'same-origin', origin: `http://127.0.0.1:${port}` },
      { ...FORM, origin: `http://127.0.0.1:${port}` },
      { ...FORM, origin: 'https://api.example.com', 'x-forwarded-host': 'api.example.com' },
      { ...FORM, 'sec-fetch-site': 'cross-site', authorization: 'Bearer x' },
    ])
      expect((await send('POST /webhooks/wh_:id/pause', headers)).status).toBe(200);
  });

  it('a body that the parser refuses is an error with a code, in the format of the platform', async () => {
    const json = { 'content-type': 'application/json' };
    const large = `{"description":"${'x'.repeat(1_100_000)}"}`;
    for (const route of routes)
      for (const [sent, status, code] of [
        ['{"url":', 400, 'invalid_json'],
        [large, 413, 'body_too_large'],
      ] as const) {
        const answer = await send(route, json, sent);
        const wanted = route.includes('/v3/')
          ? { httpCode: status, type: code }
          : route.includes('/v1/')
            ? { status: 'error', message: expect.any(String) }
            : { statusCode: status, code, details: [] };
        expect([route, answer]).toEqual([route, { status, body: expect.objectContaining(wanted) }]);
      }
  });

  it('a path with an invalid id, or without a route for the method, is a 404 with a code', async () => {
    for (const [route, code] of [
      ['GET /webhooks/wh_', 'endpoint_not_found'],
      ['GET /webhooks/wh_!!', 'endpoint_not_found'],
      ['PATCH /webhooks/wh_%00', 'endpoint_not_found'],
      ['POST /webhooks/wh_/pause', 'endpoint_not_found'],
      ['GET /webhooks/deliveries/dlv_', 'delivery_not_found'],
      ['GET /webhooks/deliveries/dlv_%00', 'delivery_not_found'],
      ['POST /webhooks/deliveries/dlv_-1/cancel', 'delivery_not_found'],
      ['GET /webhooks/events/evt_', 'event_not_found'],
      ['POST /webhooks/jobs/job_%00/cancel', 'job_not_found'],
      [`PUT /webhooks/${ids.wh}`, 'route_not_found'],
      [`DELETE /webhooks/deliveries/${ids.dlv}`, 'route_not_found'],
    ] as const)
      expect([route, await send(route, {})]).toEqual([
        route,
        { status: 404, body: expect.objectContaining({ statusCode: 404, code, details: [] }) },
      ]);
    const long = 'x'.repeat(3000);
    for (const [route, code, codeOnFastify] of [
      ['GET /webhooks/wh_%ff', 'endpoint_not_found', 'FST_ERR_BAD_URL'],
      [`DELETE /webhooks/wh_${long}`, 'endpoint_not_found', 'FST_ERR_MAX_PARAM_LENGTH'],
      [`POST /webhooks/deliveries/dlv_${long}/retry`, 'delivery_not_found', 'FST_ERR_MAX_PARAM_LENGTH'],
    ] as const)
      // Fastify refuses these URLs before any code of the app sees them.
      expect((await send(route, {})).body.code).toBe(adapter === 'fastify' ? codeOnFastify : code);
  });

  it("the host's own routes and parsers stay as they are", async () => {
    const json = { 'content-type': 'application/json' };
    for (const route of ['POST /orders', 'POST /webhooks/orders', 'GET /orders/wh_', 'GET /orders/%ff']) {
      const { body } = await send(route, json, route.startsWith('POST') ? '{' : undefined);
      expect([route, String(body.code ?? '')]).toEqual([route, expect.stringMatching(/^(FST_.*)?$/)]);
    }
    const type = { 'content-type': 'application/octet-stream' };
    for (const answer of [await send('POST /orders', type), await send('POST /orders', type, 'x')])
      if (adapter === 'express') expect(answer).toEqual({ status: 201, body: { created: true } });
      else expect(answer.body).toMatchObject({ message: expect.stringContaining('Unsupported Media Type') });
  });
});
