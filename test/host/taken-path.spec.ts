import {
  All,
  Controller,
  Get,
  type INestApplication,
  Module,
  Post,
  type Type,
  VersioningType,
} from '@nestjs/common';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { parsePattern, patternsOverlap } from '../../libs/webhooks/src/module/routes/route-pattern.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, dataSource, shape, startApp, values } from './support/app.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** A module of the host with one route. */
function hostRoute(path: string, route: MethodDecorator): Type<object> {
  class HostController {
    answer(): string {
      return 'the host answers';
    }
  }
  route(
    HostController.prototype,
    'answer',
    Object.getOwnPropertyDescriptor(HostController.prototype, 'answer')!,
  );
  Controller(path)(HostController);
  class HostModule {}
  Module({ controllers: [HostController] })(HostModule);
  return HostModule;
}

interface Host {
  adapter: 'express' | 'fastify';
  route: Type<object>;
  /** Whether the host's module is imported first. */
  first?: boolean;
  path?: string;
  configure?: (app: INestApplication) => void;
}

async function withHost(
  { adapter, route, first = true, path, configure }: Host,
  test = noTest,
): Promise<void> {
  const webhooks = WebhooksModule.forRoot({ ...shape, ...values, path });
  const modules = first ? [route, webhooks] : [webhooks, route];
  const app = await startApp([dataSource(database.url), ...modules], { adapter, configure, logger: false });
  try {
    await test(app);
  } finally {
    await app.close();
  }
}

const noTest = async (_app: INestApplication): Promise<void> => undefined;
const taken = (message: RegExp) => ({ name: 'WebhooksSetupError', message: expect.stringMatching(message) });

describe.each(['express', 'fastify'] as const)('On %s,', (adapter) => {
  it.each([true, false])(
    "a route of the host at the module's path stops the start (the host's route is registered first: %p)",
    async (first) => {
      const versioned = (app: INestApplication): void => {
        app.setGlobalPrefix('api', { exclude: ['health'] });
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      };
      const route = hostRoute('webhooks', Get(':id'));
      await expect(withHost({ adapter, route, first, configure: versioned })).rejects.toMatchObject(
        taken(
          /GET \/api\/v1\/webhooks\/:id \(HostController\.answer\) of this app and GET \/api\/v1\/webhooks.* path: 'customer-webhooks'/,
        ),
      );
    },
  );

  it('a route with another method or a longer path does not conflict', () => {
    @Controller('webhooks')
    class Carrier {
      @Post('twilio')
      twilio(): void {}

      @Get('carrier/:id')
      carrier(): void {}

      @Post(':id/carrier')
      post(): void {}
    }
    @Module({ controllers: [Carrier] })
    class CarrierModule {}
    return withHost(
      { adapter, route: CarrierModule },
      (app) => as(app, 'a').get('/webhooks').expect(200) as never,
    );
  });

  it('a catch-all route of the host stops the start if it hides the module’s routes. If not, it gets only other requests', async () => {
    const route = hostRoute('', Get(adapter === 'express' ? '*path' : '*'));
    const both = async (app: INestApplication): Promise<void> => {
      await as(app, 'a').get('/webhooks').expect(200, { data: [], nextCursor: null });
      await as(app, 'a').get('/elsewhere').expect(200, 'the host answers');
    };
    await withHost({ adapter, route, first: false }, both);
    const first = withHost({ adapter, route }, both);
    if (adapter === 'fastify') return first;
    await expect(first).rejects.toMatchObject(
      taken(/GET \/\*path .*Register the app's route after the module/),
    );
  });
});

it('A route that the host registers directly on Express stops the start, too', async () => {
  const configure = (app: INestApplication): void => {
    app.getHttpAdapter().get('/webhooks', (_: unknown, response: { end(): void }) => response.end());
  };
  const route = hostRoute('elsewhere', All());
  await expect(withHost({ adapter: 'express', route, configure })).rejects.toMatchObject(
    taken(/GET \/webhooks of this app and GET \/webhooks \(WebhooksController\.list\)/),
  );
});

it('Patterns overlap if one request can match both', () => {
  const pairs: [string, string, boolean][] = [
    ['/webhooks', '/Webhooks/', true],
    ['/webhooks', '/webhooks/x', false],
    ['/webhooks/:id', '/webhooks/wh_:id', true],
    ['/webhooks/:id(\\d+)', '/webhooks/wh_:id', false],
    ['/webhooks/:id(\\d+)', '/webhooks/deliveries', false],
    ['/webhooks/in_:id', '/webhooks/wh_:id', false],
    ['/webhooks/:id?', '/webhooks', true],
    ['/webhooks{/:id}', '/webhooks', true],
    ['/webhooks/*rest', '/webhooks/deliveries/dlv_:id', true],
    ['/webhooks/:kind/today', '/webhooks/subjects/:subject', true],
    ['/webhooks/in/*rest', '/webhooks/subjects/:subject', false],
  ];
  const wrong = pairs.filter(
    ([one, other, expected]) => patternsOverlap(parsePattern(one), parsePattern(other)) !== expected,
  );
  expect(wrong).toEqual([]);
});
