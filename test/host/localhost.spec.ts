import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { resolveSettings } from '../../libs/webhooks/src/config/resolve-settings.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, dataSource, shape, startApp, values } from './support/app.js';

const network = { allowLocalhost: true };

describe('network.allowLocalhost', () => {
  const { NODE_ENV } = process.env;
  let database: TestDatabase;
  let receiver: Receiver;
  beforeAll(async () => {
    [database, receiver] = await Promise.all([createDatabase(), startReceiver()]);
  });
  afterEach(() => {
    process.env.NODE_ENV = NODE_ENV;
  });
  afterAll(async () => {
    await receiver.close();
    await database.drop();
  });

  it('delivers to http://localhost, and to no other internal address; the log warns', async () => {
    const warn = jest.fn();
    const logger = { log: jest.fn(), error: jest.fn(), warn };
    const webhooks = WebhooksModule.forRoot({ ...values, ...shape, network });
    const app = await startApp([dataSource(database.url), webhooks], { logger });
    const register = (url: string) => as(app, 'a').post('/webhooks', { url, events: ['*'] });
    const { port } = new URL(receiver.url);
    const { body } = await register(`http://localhost:${port}/hooks`).expect(201);
    await register('http://10.0.0.1/hooks').expect(422);
    await register('http://backend:3000/hooks').expect(422);
    await as(app, 'a').post(`/webhooks/${body.id}/test?wait=1`).expect(202);
    expect(await app.get(WebhooksService).runOnce()).toMatchObject({ delivered: 1 });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('network.allowLocalhost'), 'Webhooks');
    await app.close();
  });

  it('stops the start in production', () => {
    process.env.NODE_ENV = 'production';
    expect(() => resolveSettings({ ...values, network })).toThrow(
      /network\.allowLocalhost is for development.*NODE_ENV !== 'production'/,
    );
    expect(resolveSettings({ ...values, network: { allowLocalhost: false } })).toMatchObject({
      allowHttp: false,
      allowedHosts: [],
    });
  });
});
