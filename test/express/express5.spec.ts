import type { DataSource } from 'typeorm';
import { given } from '../host/support/app.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { expressRoutes } from '../support/routes.js';
import { startHost } from '../support/webhooks-host.js';
import { startExpressHost } from './host.js';
import { describeExpress } from './suite.js';

describeExpress('The router in an Express 5 app', false);

describe('The router', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createDatabase();
    dataSource = await given(database.url);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('serves the routes that the Nest module serves', async () => {
    const options = { compat: ['mobile-text-alerts' as const, 'httpsms' as const] };
    const [nest, host] = [await startHost({ options }), await startExpressHost({ dataSource, options })];
    const { router } = host.webhooks;
    const served = expressRoutes({ getHttpAdapter: () => ({ getInstance: () => ({ router }) }) } as never);
    expect(served.length).toBeGreaterThan(20);
    expect(served.toSorted()).toEqual(expressRoutes(nest.app).toSorted());
    await nest.close();
    await host.close();
  });

  it('works in an app of another version of Express, as in a monorepo that has both versions', async () => {
    const make = require('express4') as () => never;
    const host = await startExpressHost({ dataSource, make });
    const endpoint = { url: 'https://example.com/hooks', events: ['*'] };
    const { body } = await host.call('post', '/api/webhooks', 'a').send(endpoint).expect(201);
    const { body: none } = await host.call('get', '/api/webhooks?state=paused', 'a').expect(200);
    expect(none.data).toEqual([]);
    await host.call('get', `/api/webhooks/${body.id}`, 'a').expect(200);
    await host.close();
  });
});
