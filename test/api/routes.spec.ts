import { Controller, Get, type INestApplication } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { WebhooksController } from '../../libs/webhooks/src/api/webhooks.controller.js';
import { expressRoutes } from '../support/routes.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { type Receiver, startReceiver } from './receiver.js';
import { itForAll } from '../support/it-for-all.js';

/** Ids of what one account has. The tests call the routes with these ids. */
interface Things {
  endpoint: string;
  delivery: string;
  waiting: string;
  event: string;
  job: string;
  /** Ids of webhooks that were registered at the platforms' own routes. */
  textAlerts: string;
  httpsms: string;
}

interface Account {
  api: Calls;
  tenantId: string;
  things: Things;
  /** Texts that occur in what the account has. No response to another account may contain them. */
  hidden: string[];
}

interface RouteCase {
  /** Calls the route with these things. */
  call(api: Calls, things: Things): ReturnType<Calls['get']>;
  /** Status for the account that owns the things. */
  own: number;
  /** For another account: a 404, or a response that contains nothing of the owner. */
  other: 404 | 'own things only';
}

const url = 'https://example.com/hooks';
const textAlerts = { event: 'message-reply', url, secret: 'abc123' };
const httpsms = { url, events: ['message.phone.sent'], phone_numbers: ['+18005550199'] };

const CASES: Record<string, RouteCase> = {
  'POST /webhooks': {
    call: (api) => api.post('/webhooks', { url, events: ['*'] }),
    own: 201,
    other: 'own things only',
  },
  'GET /webhooks': { call: (api) => api.get('/webhooks'), own: 200, other: 'own things only' },
  'GET /webhooks/event-types': {
    call: (api) => api.get('/webhooks/event-types'),
    own: 200,
    other: 'own things only',
  },
  'GET /webhooks/account': {
    call: (api) => api.get('/webhooks/account'),
    own: 200,
    other: 'own things only',
  },
  'PATCH /webhooks/account': {
    call: (api) => api.patch('/webhooks/account', { alertEmail: 'ops@example.com' }),
    own: 200,
    other: 'own things only',
  },
  'POST /webhooks/account/rotate-secret': {
    call: (api) => api.post('/webhooks/account/rotate-secret', { overlapMs: 0 }),
    own: 200,
    other: 'own things only',
  },
  'GET /webhooks/account/secret': {
    call: (api) => api.get('/webhooks/account/secret'),
    own: 200,
    other: 'own things only',
  },
  'GET /webhooks/subjects/:subject': {
    call: (api) => api.get('/webhooks/subjects/msg_1'),
    own: 200,
    other: 'own things only',
  },
  'GET /webhooks/deliveries': {
    call: (api) => api.get('/webhooks/deliveries'),
    own: 200,
    other: 'own things only',
  },
  'GET /webhooks/deliveries/dlv_:id': {
    call: (api, { delivery }) => api.get(`/webhooks/deliveries/${delivery}`),
    own: 200,
    other: 404,
  },
  'POST /webhooks/deliveries/dlv_:id/retry': {
    call: (api, { delivery }) => api.post(`/webhooks/deliveries/${delivery}/retry`),
    own: 202,
    other: 404,
  },
  'POST /webhooks/deliveries/dlv_:id/cancel': {
    call: (api, { waiting }) => api.post(`/webhooks/deliveries/${waiting}/cancel`),
    own: 200,
    other: 404,
  },
  'GET /webhooks/events': { call: (api) => api.get('/webhooks/events'), own: 200, other: 'own things only' },
  'GET /webhooks/events/evt_:id': {
    call: (api, { event }) => api.get(`/webhooks/events/${event}`),
    own: 200,
    other: 404,
  },
  'POST /webhooks/wh_:id/replay': {
    call: (api, { endpoint }) => api.post(`/webhooks/${endpoint}/replay`, { since: '2020-01-01' }),
    own: 202,
    other: 404,
  },
  'GET /webhooks/jobs': { call: (api) => api.get('/webhooks/jobs'), own: 200, other: 'own things only' },
  'GET /webhooks/jobs/job_:id': {
    call: (api, { job }) => api.get(`/webhooks/jobs/${job}`),
    own: 200,
    other: 404,
  },
  'POST /webhooks/jobs/job_:id/cancel': {
    call: (api, { job }) => api.post(`/webhooks/jobs/${job}/cancel`),
    own: 200,
    other: 404,
  },
  'GET /webhooks/wh_:id': {
    call: (api, { endpoint }) => api.get(`/webhooks/${endpoint}`),
    own: 200,
    other: 404,
  },
  'PATCH /webhooks/wh_:id': {
    call: (api, { endpoint }) => api.patch(`/webhooks/${endpoint}`, { description: 'changed' }),
    own: 200,
    other: 404,
  },
  'DELETE /webhooks/wh_:id': {
    call: (api, { endpoint }) => api.delete(`/webhooks/${endpoint}`),
    own: 204,
    other: 404,
  },
  'POST /webhooks/wh_:id/pause': {
    call: (api, { endpoint }) => api.post(`/webhooks/${endpoint}/pause`),
    own: 200,
    other: 404,
  },
  'POST /webhooks/wh_:id/resume': {
    call: (api, { endpoint }) => api.post(`/webhooks/${endpoint}/resume`),
    own: 200,
    other: 404,
  },
  'POST /webhooks/wh_:id/rotate-secret': {
    call: (api, { endpoint }) => api.post(`/webhooks/${endpoint}/rotate-secret`, {}),
    own: 200,
    other: 404,
  },
  'GET /webhooks/wh_:id/stats': {
    call: (api, { endpoint }) => api.get(`/webhooks/${endpoint}/stats`),
    own: 200,
    other: 404,
  },
  'GET /webhooks/wh_:id/secret': {
    call: (api, { endpoint }) => api.get(`/webhooks/${endpoint}/secret`),
    own: 200,
    other: 404,
  },
  'POST /webhooks/wh_:id/test': {
    call: (api, { endpoint }) => api.post(`/webhooks/${endpoint}/test?wait=1`, {}),
    own: 202,
    other: 404,
  },
  'GET /webhooks/wh_:id/deliveries': {
    call: (api, { endpoint }) => api.get(`/webhooks/${endpoint}/deliveries`),
    own: 200,
    other: 404,
  },
  'POST /webhooks/wh_:id/recover': {
    call: (api, { endpoint }) => api.post(`/webhooks/${endpoint}/recover`, { since: '2020-01-01' }),
    own: 202,
    other: 404,
  },
};

/** The platforms' own routes, which the host asked for. */
const COMPAT_CASES: Record<string, RouteCase> = {
  'POST /v3/webhooks': {
    call: (api) => api.post('/v3/webhooks', textAlerts),
    own: 200,
    other: 'own things only',
  },
  'GET /v3/webhooks': { call: (api) => api.get('/v3/webhooks'), own: 200, other: 'own things only' },
  'PATCH /v3/webhooks/:id': {
    call: (api, things) => api.patch(`/v3/webhooks/${things.textAlerts}`, { skipErrors: true }),
    own: 200,
    other: 404,
  },
  'DELETE /v3/webhooks/:id': {
    call: (api, things) => api.delete(`/v3/webhooks/${things.textAlerts}`),
    own: 200,
    other: 404,
  },
  'GET /v1/webhooks': { call: (api) => api.get('/v1/webhooks'), own: 200, other: 'own things only' },
  'POST /v1/webhooks': {
    call: (api) => api.post('/v1/webhooks', httpsms),
    own: 201,
    other: 'own things only',
  },
  'PUT /v1/webhooks/:id': {
    call: (api, things) => api.put(`/v1/webhooks/${things.httpsms}`, httpsms),
    own: 200,
    other: 404,
  },
  'DELETE /v1/webhooks/:id': {
    call: (api, things) => api.delete(`/v1/webhooks/${things.httpsms}`),
    own: 200,
    other: 404,
  },
};
const COMPAT = { compat: ['mobile-text-alerts', 'httpsms'] as ('mobile-text-alerts' | 'httpsms')[] };
const ALL_CASES = { ...CASES, ...COMPAT_CASES };
const ROUTES = Object.entries(ALL_CASES).map(([route, routeCase]) => ({ route, ...routeCase }));

/** Returns the app's routes that have no case here, and the cases that have no route. */
function unmatched(app: INestApplication): string[] {
  const routes = expressRoutes(app);
  const cases = Object.keys(ALL_CASES);
  return [
    ...routes.filter((route) => !cases.includes(route)),
    ...cases.filter((route) => !routes.includes(route)),
  ];
}

@Controller('webhooks')
class WithNewRoute extends WebhooksController {
  @Get('wh_:id/new')
  unheardOf(): string {
    return 'a route without a case';
  }
}

it('A new route without a case is noticed', async () => {
  const options = { ...COMPAT, controller: WithNewRoute };
  const host = await startHost({ logger: false, options });
  expect(unmatched(host.app)).toEqual(['GET /webhooks/wh_:id/new']);
  await host.close();
});

/** A body without the fields that differ from request to request. */
const sameEachTime = ({ timestamp: _, requestId: __, ...body }: Record<string, unknown>) => body;

describe.each(['express', 'fastify'] as const)(
  'The accounts that a route reads and changes, on %s',
  (adapter) => {
    let host: WebhooksHost;
    let receiver: Receiver;
    /** One account for each route. The route may change what the account has. */
    let owners: Account[];
    /** An account of which nothing may change. */
    let victim: Account;
    let stranger: Account;

    /** Creates accounts, each with endpoints, a delivery that has arrived, and a delivery that waits. */
    async function newAccounts(count: number): Promise<Account[]> {
      const registered: Awaited<ReturnType<typeof register>>[] = [];
      for (let i = 1; i <= count; i++) registered.push(await register(`account-${i}-of-many`));
      const publish = () =>
        host.dataSource.transaction((tx) =>
          host.webhooks.publish(
            tx,
            registered.map(({ tenantId }) => ({
              type: 'webhook.test' as const,
              tenantId,
              subject: 'msg_1',
              data: { message: `to ${tenantId}` },
            })),
          ),
        );
      await publish();
      await host.webhooks.runOnce();
      receiver.answer(500);
      await publish();
      await host.webhooks.runOnce();
      receiver.answer(200);
      return Promise.all(
        registered.map(async ({ things, ...account }) => {
          const { body } = await account.api.get('/webhooks/deliveries').expect(200);
          const [waiting, delivery] = body.data;
          expect([waiting.state, delivery.state]).toEqual(['pending', 'delivered']);
          const paused = { url, events: ['*'], active: false };
          const { body: endpoint } = await account.api.post('/webhooks', paused).expect(201);
          const since = '2020-01-01';
          const replay = await account.api.post(`/webhooks/${endpoint.id}/replay`, { since }).expect(202);
          const { id: job } = replay.body.job;
          const event = delivery.event.id;
          return {
            ...account,
            things: { ...things, delivery: delivery.id, waiting: waiting.id, event, job },
          };
        }),
      );
    }

    async function register(tenantId: string) {
      const api = host.as(tenantId);
      const fields = { url: `${receiver.url}/${tenantId}`, events: ['*'], description: `of ${tenantId}` };
      const endpoint = await api.post('/webhooks', fields).expect(201);
      await api.patch('/webhooks/account', { alertEmail: `${tenantId}@example.com` }).expect(200);
      const { body: account } = await api.get('/webhooks/account/secret').expect(200);
      const { body: first } = await api.post('/v3/webhooks', { ...textAlerts, secret: tenantId }).expect(200);
      const { body: second } = await api
        .post('/v1/webhooks', { ...httpsms, signing_key: tenantId })
        .expect(201);
      return {
        api,
        tenantId,
        hidden: [tenantId, endpoint.body.secret, account.secret],
        things: { endpoint: endpoint.body.id, textAlerts: String(first.data.id), httpsms: second.data.id },
      };
    }

    /** Returns all rows of an account. They show whether anything has changed. */
    const rowsOf = async (tenantId: string): Promise<unknown> => {
      const all = [
        'webhook_endpoints',
        'webhook_accounts',
        'webhook_lanes',
        'webhook_events',
        'webhook_jobs',
      ].map((table) =>
        host.dataSource.query(`select * from ${table} where tenant_id = $1 order by 1`, [tenantId]),
      );
      const deliveries = host.dataSource.query(
        'select d.* from webhook_deliveries d join webhook_lanes l on l.id = d.lane_id where l.tenant_id = $1 order by d.id',
        [tenantId],
      );
      return Promise.all([...all, deliveries]);
    };

    beforeAll(async () => {
      host = await startHost({ adapter, logger: false, options: COMPAT });
      receiver = await startReceiver();
      owners = await newAccounts(ROUTES.length + 2);
      // These accounts are created last, so the numbers in their ids are too high to occur in a response by chance.
      [victim, stranger] = [owners.pop()!, owners.pop()!];
    });
    afterAll(async () => {
      await host.close();
      await receiver.close();
    });

    it('the router has a route for each case, and on Express no other route', () => {
      if (adapter === 'express') {
        expect(unmatched(host.app)).toEqual([]);
      } else {
        const router = host.app.getHttpAdapter().getInstance() as FastifyInstance;
        const missing = Object.keys(ALL_CASES).filter((route) => {
          const [method, path] = route.split(' ');
          return !router.hasRoute({ method: method as 'GET', url: path! });
        });
        expect(missing).toEqual([]);
      }
    });

    itForAll(ROUTES)('every route serves the account of the caller', async ({ call, own }) => {
      const { api, things } = owners.pop()!;
      const { status, body } = await call(api, things);
      expect([status, body]).toEqual([own, expect.anything()]);
    });

    itForAll(ROUTES)('no route shows or changes what belongs to another account', async (route) => {
      const { call, own, other } = route;
      const before = await rowsOf(victim.tenantId);
      const answer = await call(stranger.api, victim.things);

      expect(await rowsOf(victim.tenantId)).toEqual(before);
      const text = JSON.stringify(answer.body);
      for (const id of Object.values(victim.things)) expect(text).not.toContain(`"${id}"`);
      for (const hidden of victim.hidden) expect(text).not.toContain(hidden);
      if (other !== 404) return void expect(answer.status).toBe(own);
      const unknown = {
        endpoint: `wh_${'0'.repeat(26)}`,
        delivery: 'dlv_999999999',
        event: `evt_${'0'.repeat(26)}`,
        job: `job_${'0'.repeat(26)}`,
        waiting: 'dlv_999999999',
        textAlerts: '999999999',
        httpsms: '00000000-0000-7000-8000-000000000000',
      };
      const nothing = await call(stranger.api, unknown);
      expect([answer.status, sameEachTime(answer.body)]).toEqual([404, sameEachTime(nothing.body)]);
      expect(nothing.status).toBe(404);
    });

    itForAll(ROUTES)(
      'without a tenant, every route returns 403 and runs no query',
      async ({ route, call }) => {
        for (const key of ['none', 'empty']) {
          const connections = jest.spyOn(host.dataSource, 'createQueryRunner');
          const { status, body } = await call(host.as(key), victim.things);
          const queries = connections.mock.calls.length;
          connections.mockRestore();
          expect([key, status, queries]).toEqual([key, 403, 0]);
          if (route in CASES) expect(body.code).toBe('tenant_missing');
        }
      },
    );

    itForAll(ROUTES)('every route is reached only if the host lets the request in', async ({ call }) => {
      const { status } = await call(host.as(''), victim.things).unset('x-key');
      expect(status).toBe(401);
    });

    itForAll([
      [
        'the id of an endpoint in a filter',
        ({ endpoint }: Things) => `/webhooks/deliveries?endpointId=${endpoint}`,
      ],
      ['a delivery as a cursor', ({ delivery }: Things) => `/webhooks/deliveries?cursor=${delivery}`],
      ['an endpoint as a cursor', ({ endpoint }: Things) => `/webhooks?cursor=99999999999999.${endpoint}`],
      [
        'a delivery as the cursor of a subject',
        ({ delivery }: Things) => `/webhooks/subjects/msg_1?cursor=${delivery.slice(4)}`,
      ],
      ['the id of an endpoint as a subject', ({ endpoint }: Things) => `/webhooks/subjects/${endpoint}`],
    ])('filters, cursors and subjects with ids of another account reveal nothing', async ([, path]) => {
      const theirs = await stranger.api.get(path(victim.things)).expect(200);
      const text = JSON.stringify(theirs.body);
      for (const hidden of victim.hidden) expect(text).not.toContain(hidden);
      expect(text).not.toContain(`"${victim.things.waiting}"`);
      expect(Object.keys(theirs.body)).toEqual(['data', 'nextCursor']);
    });

    itForAll([
      'wh_',
      'wh_1',
      'wh_../../x',
      `wh_${'Z'.repeat(26)}`,
      `wh_${'0'.repeat(27)}`,
      `evt_${'0'.repeat(26)}`,
      'x',
    ])('a route returns 404 for an id that no endpoint has', async (id) => {
      await host
        .as('a')
        .get(`/webhooks/${encodeURIComponent(id)}`)
        .expect(404);
    });

    itForAll(['dlv_', 'dlv_0', 'dlv_-1', 'dlv_1e3', `dlv_${'9'.repeat(25)}`, 'dlv_1; drop table x', '7'])(
      'a route returns 404 for an id that no delivery has',
      async (id) => {
        await host
          .as('a')
          .get(`/webhooks/deliveries/${encodeURIComponent(id)}`)
          .expect(404);
      },
    );
  },
);
