import {
  Controller,
  Get,
  type INestApplication,
  Module,
  type VersioningOptions,
  VersioningType,
} from '@nestjs/common';
import { webhooksOpenApi, addWebhooksToOpenApi } from '../../libs/webhooks/src/openapi/index.js';
import { WebhooksController } from '../../libs/webhooks/src/api/webhooks.controller.js';
import { type HostSettings, startHost } from '../support/webhooks-host.js';
import { operationsOf, scan } from './scan.js';
import { problemsOf } from './problems.js';

const compat = ['httpsms', 'mobile-text-alerts'] as const;

@Controller('webhooks')
class CarrierController {
  @Get('carrier-status')
  status(): string {
    return 'well';
  }
}

@Module({ controllers: [CarrierController] })
class CarrierModule {}

@Controller('customer/hooks')
class HostController extends WebhooksController {
  @Get('plan')
  plan(): string {
    return 'gold';
  }

  @Get()
  override list(...input: Parameters<WebhooksController['list']>): ReturnType<WebhooksController['list']> {
    return super.list(...input);
  }
}

/** Runs `test` with a started host. */
async function merged<Result>(
  settings: HostSettings,
  test: (app: INestApplication) => Result | Promise<Result>,
): Promise<Result> {
  const host = await startHost(settings);
  try {
    return await test(host.app);
  } finally {
    await host.close();
  }
}

describe('The OpenAPI document', () => {
  const document = webhooksOpenApi({ compat });

  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.0');
    expect(await problemsOf(document)).toEqual([]);
  });

  it('has the prefix of an id in the pattern of the parameter, not in the path', () => {
    const [id] = document.paths['/webhooks/{id}']!.get!.parameters!;
    expect(id).toMatchObject({ name: 'id', in: 'path', schema: { type: 'string', pattern: '^wh_' } });
    expect(Object.keys(document.paths).filter((path) => path.includes('_'))).toEqual([]);
  });

  it('describes outgoing requests of each profile', () => {
    const sent = document.webhooks['standard/message.delivered']!.post!;
    expect(sent.requestBody).toMatchObject({
      content: {
        'application/json': {
          schema: { properties: { data: { $ref: '#/components/schemas/WebhookDataMessageDelivered' } } },
        },
      },
    });
    expect(sent.parameters!.map(({ name }) => name)).toContain('webhook-signature');
    const profiles = new Set(Object.keys(document.webhooks).map((name) => name.split('/')[0]));
    expect([...profiles]).toEqual([
      'standard',
      'standard-cloudevents',
      'msgine',
      'opensms',
      'mysmsgate',
      'mobile-text-alerts',
      'httpsms',
    ]);
  });

  it('uses the given path, prefix and schemaPrefix', () => {
    const moved = webhooksOpenApi({ path: 'hooks', prefix: 'api/v1', schemaPrefix: 'Sms' });
    expect(Object.keys(moved.paths)).toContain('/api/v1/hooks/{id}/test');
    expect(Object.keys(moved.components.schemas)).toContain('SmsWebhookEndpoint');
    expect(JSON.stringify(moved)).not.toContain('#/components/schemas/Webhook');
  });
});

describe("A host's document", () => {
  it('has each route once: the scan finds only the host’s own routes', () =>
    merged(
      {
        options: { compat: [...compat], imports: [CarrierModule] },
        configure: (app) => void app.setGlobalPrefix('api'),
      },
      async (app) => {
        const scanned = scan(app);
        expect(operationsOf(scanned)).toEqual(['get /api/webhooks/carrier-status']);
        const document = addWebhooksToOpenApi(scanned, app);
        const alone = webhooksOpenApi({ prefix: 'api', compat });
        expect(operationsOf(document).toSorted()).toEqual(
          [...operationsOf(scanned), ...operationsOf(alone)].toSorted(),
        );
        expect(await problemsOf(document)).toEqual([]);
        expect(operationsOf(addWebhooksToOpenApi(document, app)).toSorted()).toEqual(
          operationsOf(document).toSorted(),
        );
      },
    ));

  it("keeps the routes that the host's subclass adds, and describes those that the subclass overrides", () =>
    merged({ options: { controller: HostController } }, (app) => {
      const document = addWebhooksToOpenApi(scan(app), app);
      const operations = operationsOf(document);
      expect(operations).toContain('get /customer/hooks/plan');
      expect(operations).toHaveLength(operationsOf(webhooksOpenApi()).length + 1);
      expect(document.paths['/customer/hooks']!.get).toMatchObject({ operationId: 'webhooks_list' });
    }));

  it('has the routes of each version, and each route has its own operationId', () => {
    const versions = {
      type: VersioningType.URI as const,
      defaultVersion: ['1', '2'],
    } satisfies VersioningOptions;
    return merged({ configure: (app) => void app.enableVersioning(versions) }, (app) => {
      const document = addWebhooksToOpenApi(scan(app), app);
      expect(document.paths['/v1/webhooks']!.post).toMatchObject({ operationId: 'webhooks_create' });
      expect(document.paths['/v2/webhooks']!.post).toMatchObject({ operationId: 'webhooks_create_2' });
    });
  });

  it('stays OpenAPI 3.0 if the scan is OpenAPI 3.0, and then lacks the outgoing requests', () =>
    merged({}, async (app) => {
      const document = addWebhooksToOpenApi(scan(app, '3.0.0'), app);
      expect(document.openapi).toBe('3.0.0');
      expect(document).not.toHaveProperty('webhooks');
      expect(await problemsOf(document)).toEqual([]);
    }));

  it('may use the name of one of the module’s schemas only if schemaPrefix renames the module’s schemas', () =>
    merged({}, (app) => {
      const scanned = scan(app);
      const taken = { ...scanned, components: { schemas: { WebhookEndpoint: { type: 'string' } } } };
      expect(() => addWebhooksToOpenApi(taken, app)).toThrow(/has a schema WebhookEndpoint of its own/);
      const { components } = addWebhooksToOpenApi(taken, app, { schemaPrefix: 'Sms' });
      expect(components.schemas).toMatchObject({
        WebhookEndpoint: { type: 'string' },
        SmsWebhookEndpoint: {},
      });
    }));
});
