import { WebhooksController } from '../../libs/webhooks/src/api/webhooks.controller.js';
import type { PortalScope } from '../../libs/webhooks/src/config/portal-options.js';
import { handlerOf, handlersOf } from '../../libs/webhooks/src/module/routes/mount-controller.js';
import { RequestMethod } from '@nestjs/common';
import { API_SCOPES } from '../../libs/webhooks/src/portal/access/scopes.js';
import { type Method, type PageHost, startPageHost } from './support/page-host.js';

const ALL: PortalScope[] = ['read', 'write', 'retry', 'reveal', 'rotate', 'operator'];
const ID = '0'.repeat(26);

/** Method and path of a handler, with ids that nobody has. */
function routeOf(name: string): [Method, string] {
  const handler = handlerOf(WebhooksController.prototype, name);
  const method = RequestMethod[Reflect.getMetadata('method', handler) as RequestMethod]!.toLowerCase();
  const path = (Reflect.getMetadata('path', handler) as string).replace(/:\w+/g, ID);
  return [method as Method, path === '/' ? '' : `/${path}`];
}

let host: PageHost;

beforeAll(async () => {
  host = await startPageHost();
});
afterAll(() => host.close());

it('Every route has a scope: a new route is not served until it is in the table', () => {
  expect(Object.keys(API_SCOPES).toSorted()).toEqual(handlersOf(WebhooksController).toSorted());
});

it.each(Object.entries(API_SCOPES))('%s needs the scope %s', async (name, scope) => {
  const [method, path] = routeOf(name);
  const others = host.session(
    'a',
    ALL.filter((each) => each !== scope),
  );
  const { body } = await host.call(method, `/api/webhooks${path}`, others).send({}).expect(403);
  expect(body).toMatchObject({ code: 'scope_missing', details: [{ code: scope }] });
  const { status } = await host.call(method, `/api/webhooks${path}`, host.session('a', [scope])).send({});
  expect([200, 201, 202, 204, 400, 404, 422]).toContain(status);
});

it('A dry run needs only the scope `read`', async () => {
  const reader = host.session('a', ['read']);
  for (const name of ['recover', 'replay']) {
    const [method, path] = routeOf(name);
    for (const [dryRun, status] of [
      [true, 404],
      [false, 403],
      ['true', 403],
    ] as const)
      await host
        .call(method, `/api/webhooks${path}`, reader)
        .send({ since: '2026-01-01', dryRun })
        .expect(status);
  }
});

it.each(['failing', 'endpoints', 'deliveries', 'pauses', 'stats'])(
  'Only the operator sees %s',
  async (name) => {
    await host.call('get', `/api/operator/${name}`, host.session('a', ['operator'])).expect(200);
    await host.call('get', `/api/operator/${name}`, host.session()).expect(403);
  },
);
