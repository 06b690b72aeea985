import {
  type CanActivate,
  Controller,
  Get,
  type INestApplication,
  Injectable,
  Module,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import { WebhooksApi } from '../../libs/webhooks/src/api/webhooks-api.js';
import { WebhooksController } from '../../libs/webhooks/src/api/webhooks.controller.js';
import type { TestDatabase } from '../support/database.js';
import { createMigratedDatabase } from '../support/migrated-database.js';
import { type Calls, type HostSettings, startHost } from '../support/webhooks-host.js';

const body = { url: 'https://example.com/hooks', events: ['*'] };

/** Registers, lists and reads below `base`. */
async function serves(api: Calls, base: string): Promise<void> {
  const { body: created } = await api.post(base, body).expect(201);
  expect((await api.get(`${base}/${created.id}`).expect(200)).body.id).toBe(created.id);
  expect((await api.get(`${base}/deliveries`).expect(200)).body.data).toEqual([]);
  expect((await api.get(`${base}/account`).expect(200)).body.profile).toBe('standard');
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

async function withHost(settings: HostSettings, test: (api: Calls) => Promise<void>): Promise<void> {
  const host = await startHost({ ...settings, database });
  try {
    await test(host.as('a'));
  } finally {
    await host.close();
  }
}

/** A dependency of the host's own controller. */
@Injectable()
class Plans {
  readonly name = 'gold';
}

@Module({ providers: [Plans], exports: [Plans] })
class PlansModule {}

@Injectable()
class Refuse implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller('customer/hooks')
class HostController extends WebhooksController {
  constructor(
    api: WebhooksApi,
    private readonly plans: Plans,
  ) {
    super(api);
  }

  @Get('plan')
  plan(): { plan: string } {
    return { plan: this.plans.name };
  }
}

@Controller('guarded')
@UseGuards(Refuse)
class GuardedController extends WebhooksController {}

/** This route of the host comes before the module's routes, so a request to it reaches the host. */
@Controller('webhooks')
class CarrierController {
  @Get('carrier-status')
  status(): string {
    return 'the host answers';
  }
}

@Module({ controllers: [CarrierController] })
class CarrierModule {}

describe.each(['express', 'fastify'] as const)('The routes on %s', (adapter) => {
  it('are at /webhooks by default', () => withHost({ adapter }, (api) => serves(api, '/webhooks')));

  it('move with the path option', () =>
    withHost({ adapter, options: { path: 'developer/hooks' } }, async (api) => {
      await serves(api, '/developer/hooks');
      await api.get('/webhooks').expect(404);
    }));

  it("are under the host's prefix", () =>
    withHost({ adapter, configure: (app) => void app.setGlobalPrefix('api/v1') }, (api) =>
      serves(api, '/api/v1/webhooks'),
    ));

  it.each([
    ['URI versions', { type: VersioningType.URI }, '/webhooks'],
    ['URI versions with a default', { type: VersioningType.URI, defaultVersion: '2' }, '/v2/webhooks'],
    ['versions in a header', { type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' }, null],
  ] as const)('work with %s', async (_, versions, base) => {
    const configure = (app: INestApplication) => void app.enableVersioning(versions as never);
    await withHost({ adapter, configure }, async (api) => {
      if (base) return serves(api, base);
      await api.get('/webhooks').set('x-version', '1').expect(200);
    });
  });

  it('can come from a controller of the host that extends WebhooksController with its own dependencies, path and routes', () =>
    withHost({ adapter, options: { controller: HostController, imports: [PlansModule] } }, async (api) => {
      await serves(api, '/customer/hooks');
      expect((await api.get('/customer/hooks/plan').expect(200)).body).toEqual({ plan: 'gold' });
      await api.get('/webhooks').expect(404);
    }));

  it("are also behind the subclass's own guards", () =>
    withHost({ adapter, options: { controller: GuardedController } }, async (api) => {
      await api.get('/guarded').expect(403);
    }));

  it('do not exist with controller: false', () =>
    withHost({ adapter, options: { controller: false } }, async (api) => {
      await api.get('/webhooks').expect(404);
    }));

  it("do not hide the host's own routes at the same path", () =>
    withHost({ adapter, options: { imports: [CarrierModule] } }, async (api) => {
      expect((await api.get('/webhooks/carrier-status').expect(200)).text).toBe('the host answers');
      await serves(api, '/webhooks');
    }));
});
