import { gzipSync } from 'node:zlib';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { DataSource } from 'typeorm';
import { createWebhooks, type ExpressTenant, type Webhooks } from '../../libs/webhooks/src/express/index.js';
import { acceptAnswersOfHost } from '../support/openapi/problems.js';
import { verifyWebhook } from '../../libs/receiver/src/index.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { given } from '../host/support/app.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { itForAll } from '../support/it-for-all.js';
import { type ExpressHost, type ExpressHostSettings, options, publish, startExpressHost } from './host.js';

const endpoint = { url: 'https://example.com/hooks', events: ['*'] };
const FORM = 'application/x-www-form-urlencoded';
const REQUEST_ERROR = {
  statusCode: expect.any(Number),
  code: expect.any(String),
  details: expect.any(Array),
};

/** The `verify` function of a body parser: keeps the bytes. */
const keepRaw = (request: object, _response: unknown, raw: Buffer): void =>
  void Object.assign(request, { rawBody: raw });

type Mount = (app: Express, webhooks: Webhooks) => void;

/** Mounts the router between handlers of a host. */
const around =
  (before: RequestHandler[], after: RequestHandler[] = []): Mount =>
  (app, { router }) => {
    for (const handler of before) app.use(handler);
    app.use('/api', router);
    for (const handler of after) app.use(handler);
  };

/** Declares the tests of the routes in an Express app, for the version of Express that `express` resolves to. */
export function describeExpress(title: string, isVersion4: boolean): void {
  describe(title, () => {
    let database: TestDatabase;
    let dataSource: DataSource;

    beforeAll(async () => {
      expect('del' in express.application).toBe(isVersion4);
      database = await createDatabase();
      dataSource = await given(database.url);
    });
    afterAll(async () => {
      await dataSource.destroy();
      await database.drop();
    });
    afterEach(() => void jest.restoreAllMocks());

    async function withHost(
      settings: Partial<ExpressHostSettings>,
      test: (call: ExpressHost['call'], webhooks: Webhooks) => Promise<void>,
    ): Promise<void> {
      const host = await startExpressHost({ dataSource, ...settings });
      try {
        await test(host.call, host.webhooks);
      } finally {
        await host.close();
      }
    }

    it('sends the first webhook, which the receiver package verifies, and lists its delivery', async () => {
      const receiver: Receiver = await startReceiver();
      await withHost({}, async (call, webhooks) => {
        const { body } = await call('post', '/api/webhooks', 'a')
          .send({ url: receiver.url, events: ['message.*'] })
          .expect(201)
          .expect('cache-control', 'no-store');
        await publish(dataSource, webhooks, 'm1');
        expect(await webhooks.worker.runOnce()).toMatchObject({ relayed: 1, delivered: 1 });
        const [arrived] = receiver.received;
        const { type } = verifyWebhook({ profile: 'standard', ...arrived!, secrets: body.secret });
        expect(type).toBe('message.delivered');
        const list = await call('get', `/api/webhooks/${body.id}/deliveries?state=delivered`, 'a').expect(
          200,
        );
        expect(list.body.data).toEqual([expect.objectContaining({ state: 'delivered' })]);
        await call('get', `/api/webhooks/${body.id}`, 'b').expect(404);
        await call('delete', `/api/webhooks/${body.id}`, 'a').expect(204);
      });
      await receiver.close();
    });

    describe('asks `tenant` whose request it is:', () => {
      const later = (value: string | undefined): Promise<string | undefined> => Promise.resolve(value);
      const nobody: ExpressTenant[] = [
        () => undefined,
        () => null,
        () => '',
        () => later(undefined),
        (call) => call.get('x-account'),
      ];
      itForAll(nobody)('without a tenant, a call is a 401 before its body is read', (tenant) =>
        withHost({ options: { tenant, compat: ['httpsms'] } }, async (call) => {
          const { body } = await call('post', '/api/webhooks').type('json').send('{ malformed').expect(401);
          expect(body).toMatchObject({ ...REQUEST_ERROR, code: 'unauthenticated' });
          await call('get', '/api/webhooks/event-types').expect(401);
          const platform = await call('get', '/api/v1/webhooks').expect(401);
          expect(platform.body).toEqual({ status: 'error', message: 'This request is not authenticated.' });
        }),
      );

      it('an invalid tenant is a 403, and the log says what is wrong', async () => {
        const logger = { ...console, error: jest.fn() };
        const tenant = (() => 5) as never;
        await withHost({ options: { tenant, logger } }, async (call) => {
          await call('get', '/api/webhooks').expect(403);
          expect(logger.error).toHaveBeenCalledWith(
            expect.stringMatching(/^Webhooks: The tenant must be a string .* is number/),
          );
        });
      });

      it("an error of `tenant` goes to the host's error handler", async () => {
        const problem = new Error('the sessions cannot be read');
        const seen: unknown[] = [];
        const onError: ErrorRequestHandler = (error, _request, response, _next) => {
          seen.push(error);
          response.status(503).send('the host answers');
        };
        const tenant = () => Promise.reject(problem);
        await withHost({ options: { tenant }, app: around([], [onError as never]) }, async (call) => {
          const { text } = await call('get', '/api/webhooks').expect(503);
          expect(text).toBe('the host answers');
          expect(seen).toEqual([problem]);
        });
      });

      it('`tenant` may read the parameters of the path at which the router is mounted', () =>
        withHost(
          {
            options: { tenant: ({ params }) => (params as { account?: string }).account, path: '' },
            app: (app, { router }) => void app.use('/accounts/:account/webhooks-api', router),
          },
          async (call, webhooks) => {
            const { body } = await call('post', '/accounts/p/webhooks-api').send(endpoint).expect(201);
            await call('get', `/accounts/p/webhooks-api/${body.id}`).expect(200);
            await call('get', `/accounts/q/webhooks-api/${body.id}`).expect(404);
            await webhooks.endpoints.delete('p', body.id);
          },
        ));
    });

    describe('reads bodies', () => {
      let webhooks: Webhooks;
      beforeAll(async () => {
        webhooks = await createWebhooks(options(dataSource));
      });
      afterAll(() => webhooks.close());

      const mounts: [string, Mount][] = [
        ['no parser of the host', around([])],
        ['a JSON parser before the router', around([express.json()])],
        ['a JSON parser after the router', around([], [express.json()])],
        [
          'a JSON parser that keeps the bytes, before the router',
          around([express.json({ verify: keepRaw })]),
        ],
        ['a text parser before the router', around([express.text({ type: '*/*' })])],
        ['a parser of bytes before the router', around([express.raw({ type: '*/*' })])],
        ['only a parser of forms before the router', around([express.urlencoded({ extended: true })])],
      ];
      itForAll(mounts)('whichever parsers the host has', ([, app]) =>
        withHost({ app, webhooks }, async (call) => {
          const { body } = await call('post', '/api/webhooks', 'c').send(endpoint).expect(201);
          await call('patch', `/api/webhooks/${body.id}`, 'c').send({ description: 'changed' }).expect(200);
          await call('post', `/api/webhooks/${body.id}/rotate-secret`, 'c').expect(200);
          await webhooks.endpoints.delete('c', body.id);
        }),
      );

      it('which are compressed, or of a type that ends in +json', () =>
        withHost({ webhooks }, async (call) => {
          const compressed = call('patch', '/api/webhooks/account', 'c')
            .type('json')
            .set('content-encoding', 'gzip');
          compressed.write(gzipSync('{"alertEmail":"ops@example.com"}'));
          expect((await compressed.expect(200)).body.alertEmail).toBe('ops@example.com');
          const merge = call('patch', '/api/webhooks/account', 'c').type('application/merge-patch+json');
          expect((await merge.send('{"alertEmail":null}').expect(200)).body.alertEmail).toBeNull();
        }));

      const refused: [status: number, code: string, type: string, text: string][] = [
        [400, 'invalid_json', 'application/json', '{"url":'],
        [400, 'invalid_json', 'application/json', '"text"'],
        [413, 'body_too_large', 'application/json', `{"url":"${'x'.repeat(200_000)}"}`],
        [415, 'json_only', 'application/json; charset=latin1', '{}'],
        [415, 'json_only', 'text/plain', '{}'],
        [415, 'json_only', FORM, 'url=x'],
        [400, 'invalid_request', 'application/json', '{"url":5}'],
      ];
      itForAll(refused)('and says what is wrong with an invalid body', ([status, code, type, text]) =>
        withHost({ webhooks }, async (call) => {
          const { body } = await call('post', '/api/webhooks', 'c').type(type).send(text).expect(status);
          expect(body).toMatchObject({ ...REQUEST_ERROR, statusCode: status, code });
        }),
      );

      it('that a parser of the host has left as text, and reports an error if they are not JSON', () =>
        withHost({ webhooks, app: around([express.text({ type: '*/*' })]) }, async (call) => {
          const { body } = await call('post', '/api/webhooks', 'c').type('json').send('{').expect(400);
          expect(body.code).toBe('invalid_json');
        }));
    });

    it('passes requests for other paths to the next handlers of the host, with the body unread', () =>
      withHost(
        {
          app: (app, { router }) => {
            app.use('/api', router);
            app.use('/api', express.json());
            app.post(
              '/api/webhooks/carrier',
              (request, response) => void response.json({ host: request.body }),
            );
            app.put('/api/webhooks', (request, response) => void response.json({ host: request.body }));
            app.use((_request, response) => void response.status(404).send('the host has no such path'));
          },
        },
        async (call) => {
          const sent = { some: 'body' };
          expect((await call('post', '/api/webhooks/carrier').send(sent)).body).toEqual({ host: sent });
          expect((await call('put', '/api/webhooks', 'a').send(sent)).body).toEqual({ host: sent });
          for (const path of ['/api', '/api/webhooks/unknown', '/webhooks', '/api/v1/webhooks'])
            expect((await call('get', path, 'a').expect(404)).text).toBe('the host has no such path');
          await call('get', '/api/webhooks/wh_1', 'a').expect(404).expect('content-type', /json/);
          await call('head', '/api/webhooks', 'a').expect(200);
        },
      ));

    it('registers one endpoint if the same call with an Idempotency-Key comes twice', () =>
      withHost({}, async (call) => {
        const post = () => call('post', '/api/webhooks', 'once').set('idempotency-key', 'k1').send(endpoint);
        const first = await post().expect(201);
        const again = await post().expect(201).expect('idempotency-replayed', 'true');
        expect(again.body).toEqual(first.body);
        expect((await call('get', '/api/webhooks', 'once')).body.data).toHaveLength(1);
      }));

    it('responds with the 404 of the resource if a path has an invalid id', () =>
      withHost(
        { app: around([], [(_request, response) => void response.status(404).send('host')]) },
        async (call) => {
          for (const [path, code] of [
            ['/api/webhooks/wh_', 'endpoint_not_found'],
            ['/api/webhooks/wh_%ff', 'endpoint_not_found'],
            ['/api/webhooks/deliveries/dlv_', 'delivery_not_found'],
          ] as const)
            expect((await call('get', path, 'a').expect(404)).body).toMatchObject({ ...REQUEST_ERROR, code });
          expect((await call('get', '/api/orders/wh_', 'a').expect(404)).text).toBe('host');
        },
      ));

    describe("passes to the host's error handler", () => {
      const seen: { status?: number; code?: string; message: string }[] = [];
      const onError: ErrorRequestHandler = (error, _request, response, _next) => {
        seen.push(error);
        response.status(error.status ?? 500).json({ mine: error.code ?? 'unexpected' });
      };
      const app: Mount = around([], [onError as never]);
      beforeEach(() => void (seen.length = 0));

      it('errors that it cannot answer itself', () =>
        withHost({ app }, async (call, { endpoints }) => {
          jest.spyOn(endpoints, 'list').mockRejectedValueOnce(new Error('the database is away'));
          const { body } = await call('get', '/api/webhooks', 'a').expect(500);
          expect(body).toEqual({ mine: 'unexpected' });
          expect(seen.map(({ message }) => message)).toEqual(['the database is away']);
          await call('get', '/api/webhooks/wh_1', 'a').expect(404);
          expect(seen).toHaveLength(1);
        }));

      it('all errors if `passErrors` is set, except errors in a platform’s own format', () =>
        withHost({ app, options: { passErrors: true, compat: ['httpsms'] } }, async (call) => {
          const answers = [
            await call('get', '/api/webhooks').expect(401),
            await call('get', '/api/webhooks/wh_1', 'a').expect(404),
            await call('post', '/api/webhooks', 'a').type('json').send('{').expect(400),
          ];
          const codes = ['unauthenticated', 'endpoint_not_found', 'invalid_json'];
          expect(answers.map(({ body }) => body)).toEqual(codes.map((mine) => ({ mine })));
          expect(seen.map(({ code }) => code)).toEqual(codes);
          acceptAnswersOfHost();
          const platform = await call('get', '/api/v1/webhooks').expect(401);
          expect(platform.body.status).toBe('error');
        }));
    });

    const formMounts: [string, Mount][] = [
      ['no parser', around([])],
      ['a parser of JSON', around([express.json()])],
      [
        'parsers that keep the bytes',
        around([express.json(), express.urlencoded({ extended: false, verify: keepRaw })]),
      ],
    ];
    itForAll(formMounts)(
      'reads JSON that is sent as a form, as in the documentation of Mobile Text Alerts',
      ([, app]) =>
        withHost({ app, options: { compat: ['mobile-text-alerts'] } }, async (call, webhooks) => {
          const text = '{"event":"delivery-status","url":"https://example.com/a+b%41","secret":"abc"}';
          const post = () => call('post', '/api/v3/webhooks', 'm').type(FORM);
          const { body } = await post().set('authorization', 'Bearer x').send(text).expect(200);
          expect(body.data.url).toBe('https://example.com/a+b%41');
          await post().send(text).expect(415);
          await call('delete', `/api/v3/webhooks/${body.data.id}`, 'm').expect(200);
          expect((await webhooks.endpoints.list('m')).data).toEqual([]);
        }),
    );
  });
}
