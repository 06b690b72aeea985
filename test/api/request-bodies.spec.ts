import { once } from 'node:events';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { itForAll } from '../support/it-for-all.js';
import { expressRoutes } from '../support/routes.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

const options = { compat: ['mobile-text-alerts', 'httpsms'] as ('mobile-text-alerts' | 'httpsms')[] };

/** Express 4 sets an empty object where it parses nothing. Many hosts on Express 5 do the same. */
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

/** What clients send that name no type, another one, or one that is none; chunked, too. */
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

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe.each(HOSTS)('On $name', ({ adapter, configure }) => {
  let host: WebhooksHost;
  let routes: string[];
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    host = await startHost({ adapter, options, configure });
    const shown = adapter === 'express' ? host : await startHost({ options });
    routes = expressRoutes(shown.app).filter((route) => /^(POST|PUT|PATCH|DELETE) /.test(route));
    if (shown !== host) await shown.close();
    const api = host.as('a');
    const url = 'https://example.com/hooks';
    ids.wh = (await api.post('/webhooks', { url, events: ['*'] }).expect(201)).body.id;
    await api.post(`/webhooks/${ids.wh}/test?wait=1`, {}).expect(202);
    await host.webhooks.runOnce();
    ids.dlv = (await api.get('/webhooks/deliveries').expect(200)).body.data[0].id;
    const textAlerts = await api.post('/v3/webhooks', { event: 'message-reply', url, secret: 'abc' });
    ids.v3 = String(textAlerts.body.data.id);
    const fields = { url, events: ['message.phone.sent'], phone_numbers: ['+18005550199'] };
    ids.v1 = (await api.post('/v1/webhooks', fields).expect(201)).body.data.id;
  });
  afterAll(() => host.close());

  /** `POST /webhooks/wh_:id/pause` with the id of one that exists. */
  function filled(route: string): { method: string; path: string } {
    const [method, path] = route.split(' ') as [string, string];
    const own = path.startsWith('/v3') ? ids.v3! : path.startsWith('/v1') ? ids.v1! : '';
    const named = path.replace('wh_:id', ids.wh!).replace('dlv_:id', ids.dlv!).replace(':id', own);
    return { method, path: named };
  }

  /** As the client of Node sends it: no header that is not named here. */
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
    'a body that nobody parsed is a 415 on every route and changes nothing',
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
});
