import { inspect } from 'node:util';
import type { Request } from 'express';
import { DataSource } from 'typeorm';
import type { WebhooksService } from '../../libs/webhooks/src/index.js';
import {
  createWebhooks,
  type CreateWebhooksOptions,
  type Webhooks,
} from '../../libs/webhooks/src/express/index.js';
import { capture } from '../../libs/webhooks/src/capture/definition/capture.js';
import { startReceiver } from '../api/receiver.js';
import { given, values } from '../host/support/app.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { itForAll } from '../support/it-for-all.js';
import { options, publish, startExpressHost } from './host.js';

declare global {
  // eslint-disable-next-line typescript/no-namespace -- as hosts do it
  namespace Express {
    interface Request {
      account?: { id: string };
    }
  }
}

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase();
  dataSource = await given(database.url);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const tenant = (): string => 'a';

/** Options for `createWebhooks` besides a valid data source, and what the error must say. */
const REFUSED: [given: object | null, said: string][] = [
  [null, 'createWebhooks: the options must be an object, not null'],
  [{ ...values }, 'tenant must be a function that returns whose webhooks a request is about'],
  [{ ...values, tenant: 'a' }, 'tenant must be a function'],
  [{ ...values, tenant, dataSource: undefined }, 'dataSource must be a TypeORM DataSource'],
  [{ ...values, tenant, dataSource: 'default' }, 'dataSource must be a TypeORM DataSource'],
  [{ ...values, tenant, tenent: tenant }, 'Unknown option "tenent". Did you mean "tenant"?'],
  [{ ...values, tenant, slots: 4 }, 'Unknown option "slots". Did you mean "worker.slots"?'],
  [{ ...values, tenant, worker: { slots: 0 } }, 'worker.slots must be a whole number'],
  [{ ...values, tenant, guards: [] }, 'app.use(authenticate, webhooks.router)'],
  [{ ...values, tenant, role: 'worker' }, 'call worker.start() in the processes that deliver'],
  [{ ...values, tenant, compat: ['twilio'] }, '"mobile-text-alerts" or "httpsms"'],
  [{ ...values, tenant, tablePrefix: 'Upper' }, 'lower-case letters'],
  [
    { ...values, tenant, captures: [{}] },
    'captures must be a list of capture(Entity, { column, tenant, map })',
  ],
  [{ ...values, tenant, passErrors: 'yes' }, 'passErrors must be true or false'],
  [{ ...values, tenant, logger: { info: () => 0 } }, 'info, warn and error, such as console'],
  [{ ...values, tenant, encryption: {} }, 'encryption.current'],
];

/**
 * Expects that neither the message nor the first line of the stack names the Nest module, which an Express host does not know.
 */
function expectOwnName(error: unknown): void {
  for (const said of [(error as Error).message, inspect(error).split('\n')[0]]) {
    expect(said).toMatch(/^(\w+: )?createWebhooks: /);
    expect(said).not.toMatch(/WebhooksModule|forRoot/);
  }
}

describe('createWebhooks refuses', () => {
  itForAll(REFUSED)('invalid options, and says what to change', async ([wrong, said]) => {
    const used = wrong === null ? null : { dataSource, ...wrong };
    const error = await createWebhooks(used as never).then(
      (made) => made.close(),
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: 'InvalidOptionError', message: expect.stringContaining(said) });
    expectOwnName(error);
    expect(inspect(error)).not.toContain(values.encryption!.current.key);
  });

  it('to store secrets without a key, just like the Nest module', async () => {
    const error: unknown = await createWebhooks({ dataSource, tenant }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'WebhooksSetupError',
      message: expect.stringContaining('encryption'),
    });
    expectOwnName(error);
  });

  it('a data source that is not connected', async () => {
    const unconnected = new DataSource(dataSource.options);
    await expect(createWebhooks(options(unconnected))).rejects.toMatchObject({
      name: 'WebhooksSetupError',
      message: expect.stringContaining('await dataSource.initialize()'),
    });
  });
});

it('Errors about the data source and captures tell an Express host what to change', async () => {
  const refusal = (more: object): Promise<unknown> =>
    createWebhooks({ ...options(dataSource), ...more }).catch((thrown: unknown) => thrown);
  const without = await new DataSource({ ...dataSource.options, entities: [] } as never).initialize();
  const webhooks = await createWebhooks(options(dataSource));
  const captures = [capture('Nothing', { column: 'status', tenant: () => 'a', map: () => null })];
  const said = [
    [
      await refusal({ dataSource: without }),
      /not in the data source: add `entities: \[\.\.\.webhooksEntities\]` to it\.$/,
    ],
    [await refusal({}), /^createWebhooks was called twice with one data source: use the result of one call/],
    [await refusal({ captures }), /called twice/],
  ] as const;
  await webhooks.close();
  await without.destroy();
  for (const [error, sentence] of said)
    expect(error).toMatchObject({ message: expect.stringMatching(sentence) });
  expect(await refusal({ captures })).toMatchObject({
    message: expect.stringMatching(
      /does not have this entity.*pass the data source that has it: createWebhooks\(\{ dataS/,
    ),
  });
});

it('Without the tables, createWebhooks starts with a warning; until the tables exist, publish and the routes fail with a named error', async () => {
  const empty = await createDatabase();
  const later = await given(empty.url, { migrationsRun: false });
  const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const { webhooks, call, close } = await startExpressHost({ dataSource: later, options: { logger } });
  expect(logger.warn).toHaveBeenCalledWith(expect.stringContaining('WebhooksNotReadyError'));
  await expect(publish(later, webhooks, 'm1')).rejects.toMatchObject({ name: 'WebhooksNotReadyError' });
  await call('get', '/api/webhooks', 'a').expect(503);
  const delivered = new Promise((resolve) => void webhooks.events.on('delivered', resolve));
  const receiver = await startReceiver();
  await webhooks.worker.start();
  const begun = new Promise((resolve) => void logger.info.mockImplementation(resolve));
  await later.runMigrations();
  expect(await begun).toMatch(/^Webhooks: Found the webhook tables/);
  await call('post', '/api/webhooks', 'a')
    .send({ url: receiver.url, events: ['*'] })
    .expect(201);
  await publish(later, webhooks, 'm1');
  await delivered;
  await close();
  await receiver.close();
  await later.destroy();
  await empty.drop();
});

it('createWebhooks and close() print nothing: messages of Nest itself are left out', async () => {
  const print = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn(), debug: jest.fn() };
  const webhooks = await createWebhooks({ ...options(dataSource), logger });
  await webhooks.worker.start();
  await webhooks.close();
  const printed = print.mock.calls.length;
  print.mockRestore();
  expect(printed).toBe(0);
  for (const level of Object.values(logger)) expect(level.mock.calls).toEqual([]);
});

it('The types cover the request, the options, the events, and everything that the service offers', async () => {
  const base = { ...values, dataSource };
  const all: CreateWebhooksOptions[] = [
    { ...base, tenant: (request) => request.account?.id },
    { ...base, tenant: (request) => request.get('x-account') },
    { ...base, tenant: (request) => request.headers['x-account'] as string },
    { ...base, tenant: (request: Request) => request.params.account as string },
    { ...base, tenant: async (request: Request & { account: { id: string } }) => request.account.id },
    // @ts-expect-error: a tenant is a string
    { ...base, tenant: () => 5 },
    // @ts-expect-error: without a tenant
    { ...base },
    // @ts-expect-error: an option of the Nest module
    { ...base, tenant: () => 'a', guards: [] },
  ];
  expect(all).toHaveLength(8);

  const webhooks: Webhooks = await createWebhooks(options(dataSource));
  // If `webhooks` lacks a member that the service has, this line does not compile.
  const service: Omit<WebhooksService, 'runOnce'> = webhooks;
  for (const [name, member] of Object.entries(service)) expect([name, member]).not.toContain(undefined);
  const { publish: take } = webhooks;
  await dataSource.transaction(async (tx) => {
    await take(tx, { type: 'webhook.test', tenantId: 'a', data: { message: 'hello' } });
    // @ts-expect-error: the message is a string
    const wrong = () => take(tx, [{ type: 'webhook.test', tenantId: 'a', data: { message: 5 } }]);
    expect(wrong).toBeDefined();
  });
  expect(await webhooks.stats()).toMatchObject({ unrelayed: 1 });
  expect(await webhooks.health()).toEqual([]);
  expect(() => webhooks.assertCallbackUrl('ftp://example.com')).toThrow();
  await webhooks.close();
});
